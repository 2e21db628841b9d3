using System.Text.Json;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol;

/// <summary>
/// Reads members of a JSON object and notes what is wrong with each. An optional member that is <c>null</c> counts as absent, since that
/// is how the seed's own Rust writes an <c>Option</c> that is empty.
/// </summary>
/// <param name="problems">Where problems are noted.</param>
internal readonly struct MemberCheck(List<Problem> problems)
{
    public const string NameRule = "must be 1 to 256 characters of A-Z a-z 0-9 . _ : / @ + -";

    public delegate bool TextRule(ReadOnlySpan<char> text);

    public JsonElement Required(JsonElement? member, string path)
    {
        if (member is { } present)
        {
            return present;
        }

        problems.Add(new Problem(path, "is required"));
        return default;
    }

    /// <summary>A required string that keeps to a rule; <c>""</c> where it does not.</summary>
    public string Text(JsonElement? member, string path, TextRule rule, string ruleText)
    {
        if (member is null)
        {
            problems.Add(new Problem(path, "is required"));
            return "";
        }

        return CheckedText(member.Value, path, rule, ruleText) ?? "";
    }

    /// <summary>
    /// As <see cref="Text"/>, without making a string of it: the member itself, or none (undefined) where it does not keep to the rule.
    /// </summary>
    public JsonElement Obeying(JsonElement? member, string path, TextRule rule, string ruleText)
    {
        var present = Required(member, path);
        if (present.ValueKind == JsonValueKind.String && Obeys(present, rule))
        {
            return present;
        }

        if (present.ValueKind != JsonValueKind.Undefined)
        {
            CheckedText(present, path, rule, ruleText);
        }

        return default;
    }

    /// <summary>An optional string that keeps to a rule; null where it is absent or does not.</summary>
    public string? OptionalText(JsonElement? member, string path, TextRule rule, string ruleText) =>
        IsAbsent(member) ? null : CheckedText(member!.Value, path, rule, ruleText);

    /// <summary>An optional string of any kind.</summary>
    public void OptionalText(JsonElement? member, string path)
    {
        if (!IsAbsent(member) && member!.Value.ValueKind != JsonValueKind.String)
        {
            problems.Add(new Problem(path, "must be a string"));
        }
    }

    public bool? OptionalBoolean(JsonElement? member, string path)
    {
        if (IsAbsent(member))
        {
            return null;
        }

        if (member!.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return member.Value.GetBoolean();
        }

        problems.Add(new Problem(path, "must be true or false"));
        return null;
    }

    public long? OptionalInteger(JsonElement? member, string path, long min, long max)
    {
        if (IsAbsent(member))
        {
            return null;
        }

        if (JsonText.TryGetInteger(member!.Value, out var number) && number >= min && number <= max)
        {
            return number;
        }

        problems.Add(new Problem(path, $"must be an integer from {min} to {max}"));
        return null;
    }

    public Priority? OptionalPriority(JsonElement? member, string path)
    {
        if (IsAbsent(member))
        {
            return null;
        }

        if (member!.Value.ValueKind == JsonValueKind.String && ReadPriority(member.Value) is { } priority)
        {
            return priority;
        }

        problems.Add(new Problem(path, "must be one of low, normal, high, critical"));
        return null;
    }

    public Destination Destination(JsonElement? member)
    {
        const string path = "/destination";
        var text = Text(member, path, static text => text.Length > 0, "must not be empty");
        if (text.Length > 0 && Protocol.Destination.TryParse(text, out var destination))
        {
            return destination;
        }

        if (text.Length > 0)
        {
            problems.Add(new Problem(path, "must be a supervisor's id, topic:<name> or *"));
        }

        return new Destination(DestinationKind.Supervisor, "");
    }

    private string? CheckedText(JsonElement member, string path, TextRule rule, string ruleText)
    {
        if (member.ValueKind != JsonValueKind.String)
        {
            problems.Add(new Problem(path, "must be a string"));
            return null;
        }

        var text = member.GetString()!;
        if (rule(text))
        {
            return text;
        }

        problems.Add(new Problem(path, text.Length == 0 ? "must not be empty" : ruleText));
        return null;
    }

    private static bool Obeys(JsonElement member, TextRule rule)
    {
        var text = new ElementText(stackalloc char[ElementText.StackChars]);
        var obeys = rule(text.Decode(ElementText.Raw(member)));
        text.Return();
        return obeys;
    }

    private static Priority? ReadPriority(JsonElement member)
    {
        var text = new ElementText(stackalloc char[ElementText.StackChars]);
        var priority = Priorities.FromWire(text.Decode(ElementText.Raw(member)));
        text.Return();
        return priority;
    }

    private static bool IsAbsent(JsonElement? member) => member is null or { ValueKind: JsonValueKind.Null };
}
