using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Hms.Protocol.Tests.Canonical;

/// <summary>A JSON value that can be written in many ways.</summary>
internal abstract record JsonTree
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements("", "a", "b", "é", "\n", "\"\\/", "\0\u001f\u007f", "😀", "\ue000", "\uffff", "a😀", "a\ue000"),
        ArbMap.Default.GeneratorFor<string>().Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""))));

    private static readonly Gen<double> Numbers = Gen.OneOf(
        Gen.Elements(0, -0.0, 1, -1, 100, 0.1, 1e21, 1e-7, 5e-324, double.MaxValue),
        Gen.Choose(-2000, 2000).Select(n => n / 8.0),
        ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite));

    private JsonTree()
    {
    }

    /// <summary>Values of at most so many levels.</summary>
    public static Gen<JsonTree> Values(int depth)
    {
        var scalars = Gen.OneOf(
            Gen.Elements("null", "true", "false").Select(JsonTree (word) => new Word(word)),
            Texts.Select(JsonTree (text) => new Text(text)),
            Numbers.Select(JsonTree (number) => new Number(number)));
        return depth == 0
            ? scalars
            : Gen.OneOf(
                scalars,
                Values(depth - 1).ListOf().Select(JsonTree (items) => new Items([.. items])),
                Texts.Zip(Values(depth - 1)).ListOf().Select(JsonTree (members) => new Members([.. members.DistinctBy(member => member.Item1)])));
    }

    /// <summary>Writes the value in one of the ways there are: what the chance decides.</summary>
    public string Write(Random chance) => this switch
    {
        Word word => word.Value,
        Text text => Quote(text.Value, chance),
        Number number => Spell(number.Value, chance),
        Items items => $"[{Space(chance)}{string.Join($",{Space(chance)}", items.All.Select(item => item.Write(chance)))}]",
        Members members => $"{{{Space(chance)}{string.Join(',', Shuffled(members.All, chance).Select(member => Write(member, chance)))}}}",
        _ => throw new InvalidOperationException(),
    };

    private static string Write((string Name, JsonTree Value) member, Random chance) =>
        $"{Quote(member.Name, chance)}{Space(chance)}:{member.Value.Write(chance)}";

    private static (string Name, JsonTree Value)[] Shuffled((string Name, JsonTree Value)[] members, Random chance)
    {
        var shuffled = members.ToArray();
        chance.Shuffle(shuffled);
        return shuffled;
    }

    private static string Space(Random chance) => chance.Next(3) switch { 0 => " ", 1 => "\r\n\t", _ => "" };

    private static string Quote(string text, Random chance)
    {
        var quoted = new StringBuilder("\"");

        // Either half of a pair may not be escaped alone.
        foreach (var rune in text.EnumerateRunes())
        {
            var mustEscape = rune.Value is < 0x20 or '"' or '\\';
            if (!mustEscape && chance.Next(3) > 0)
            {
                quoted.Append(rune);
                continue;
            }

            foreach (var unit in rune.ToString())
            {
                quoted.Append("\\u").Append(((int)unit).ToString(chance.Next(2) == 0 ? "x4" : "X4", CultureInfo.InvariantCulture));
            }
        }

        return quoted.Append('"').ToString();
    }

    private static string Spell(double number, Random chance) => chance.Next(3) switch
    {
        0 => number.ToString("E16", CultureInfo.InvariantCulture),
        1 => number.ToString("e20", CultureInfo.InvariantCulture),
        _ => number.ToString("G17", CultureInfo.InvariantCulture),
    };

    private sealed record Word(string Value) : JsonTree;

    private sealed record Text(string Value) : JsonTree;

    private sealed record Number(double Value) : JsonTree;

    private sealed record Items(JsonTree[] All) : JsonTree;

    private sealed record Members((string Name, JsonTree Value)[] All) : JsonTree;
}
