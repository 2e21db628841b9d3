using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hms.Protocol.Schema.Values;

/// <summary>
/// When two JSON values are the same: numbers by value, strings by the text they mean, objects whatever the order of their members.
/// Its hashes are seeded per process, so that nobody can send values chosen to collide.
/// </summary>
internal sealed class JsonEquality : IEqualityComparer<JsonElement>
{
    // Up to here comparing each with each is cheaper than building a table.
    private const int FewMembers = 8;

    public static readonly JsonEquality Comparer = new();

    public static bool AreEqual(in JsonElement a, in JsonElement b)
    {
        if (a.ValueKind != b.ValueKind) return false;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return a.ValueKind switch
        {
            JsonValueKind.Number => Number(a).CompareTo(Number(b)) == 0,
            JsonValueKind.String => SameText(ElementText.Raw(a), ElementText.Raw(b)),
            JsonValueKind.Array => SameItems(a, b),
            JsonValueKind.Object => SameMembers(a, b),
            _ => true,
        };
    }

    public bool Equals(JsonElement x, JsonElement y) => AreEqual(x, y);

    public int GetHashCode(JsonElement obj)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var hash = default(HashCode);
        hash.Add((int)obj.ValueKind);
        switch (obj.ValueKind)
        {
            case JsonValueKind.Number:
                Number(obj).AddTo(ref hash);
                break;
            case JsonValueKind.String:
                hash.Add(HashText(ElementText.Raw(obj)));
                break;
            case JsonValueKind.Array:
                foreach (var item in obj.EnumerateArray()) hash.Add(GetHashCode(item));
                break;
            case JsonValueKind.Object:
                hash.Add(HashMembers(obj));
                break;
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null or JsonValueKind.Undefined:
                break;
            default:
                throw new UnreachableException();
        }

        return hash.ToHashCode();
    }

    private static JsonNumber Number(in JsonElement value) => new(JsonMarshal.GetRawUtf8Value(value));

    private int HashMembers(in JsonElement value)
    {
        // A sum, because the order of members must not matter.
        var sum = 0;
        foreach (var member in value.EnumerateObject())
            sum = unchecked(sum + HashCode.Combine(HashText(ElementText.RawName(member)), GetHashCode(member.Value)));
        return sum;
    }

    private static int HashText(ReadOnlySpan<byte> raw)
    {
        var text = new ElementText(stackalloc char[ElementText.StackChars]);
        var hash = string.GetHashCode(text.Decode(raw));
        text.Return();
        return hash;
    }

    private static bool SameText(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (!a.Contains((byte)'\\') && !b.Contains((byte)'\\')) return a.SequenceEqual(b);
        var left = new ElementText(stackalloc char[ElementText.StackChars]);
        var right = new ElementText(stackalloc char[ElementText.StackChars]);
        var same = left.Decode(a).SequenceEqual(right.Decode(b));
        left.Return();
        right.Return();
        return same;
    }

    private static bool SameItems(in JsonElement a, in JsonElement b)
    {
        if (a.GetArrayLength() != b.GetArrayLength()) return false;
        var others = b.EnumerateArray();
        foreach (var item in a.EnumerateArray())
        {
            others.MoveNext();
            if (!AreEqual(item, others.Current)) return false;
        }

        return true;
    }

    private static bool SameMembers(in JsonElement a, in JsonElement b)
    {
        var count = a.GetPropertyCount();
        if (count != b.GetPropertyCount()) return false;
        return count <= FewMembers ? SameFewMembers(a, b) : SameManyMembers(a, b);
    }

    private static bool SameFewMembers(in JsonElement a, in JsonElement b)
    {
        foreach (var member in a.EnumerateObject())
        {
            var found = false;
            foreach (var other in b.EnumerateObject())
            {
                if (!SameText(ElementText.RawName(member), ElementText.RawName(other))) continue;
                if (!AreEqual(member.Value, other.Value)) return false;
                found = true;
                break;
            }

            if (!found) return false;
        }

        return true;
    }

    private static bool SameManyMembers(in JsonElement a, in JsonElement b)
    {
        var others = new Dictionary<string, JsonElement>();
        foreach (var other in b.EnumerateObject()) others[ElementText.ToString(ElementText.RawName(other))] = other.Value;
        foreach (var member in a.EnumerateObject())
        {
            var name = ElementText.ToString(ElementText.RawName(member));
            if (!others.TryGetValue(name, out var other) || !AreEqual(member.Value, other)) return false;
        }

        return true;
    }
}
