using System.Text.Json;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema;

/// <summary>What must hold of a schema's text before its meaning is looked at: nesting, Unicode, no member twice.</summary>
internal static class SchemaText
{
    public static readonly string TooDeep = $"is nested too deep: JSON may nest {JsonSchemaLimits.JsonDepthMax} deep";

    /// <summary>Whether text that could not be read is JSON so far, and only nests too deep.</summary>
    public static bool NestsTooDeep(ReadOnlySpan<byte> utf8Json)
    {
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = JsonSchemaLimits.JsonDepthMax + 1 });
        try
        {
            while (reader.Read())
            {
                var opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
                if (opens && reader.CurrentDepth == JsonSchemaLimits.JsonDepthMax) return true;
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return false;
    }

    public static void Check(in JsonElement document, List<Problem> problems) => Check(document, "", 1, problems);

    private static void Check(in JsonElement value, string pointer, int depth, List<Problem> problems)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object or JsonValueKind.Array when depth > JsonSchemaLimits.JsonDepthMax:
                problems.Add(new Problem(pointer, TooDeep));
                break;
            case JsonValueKind.Object:
                CheckMembers(value, pointer, depth, problems);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray()) Check(item, $"{pointer}/{index++}", depth + 1, problems);
                break;
            case JsonValueKind.String when !IsUnicode(ElementText.ToString(ElementText.Raw(value))):
                problems.Add(new Problem(pointer, "has half of a surrogate pair"));
                break;
            default:
                break;
        }
    }

    private static void CheckMembers(in JsonElement value, string pointer, int depth, List<Problem> problems)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var name = ElementText.ToString(ElementText.RawName(member));
            var at = JsonPointer.Append(pointer, name);
            if (!IsUnicode(name)) problems.Add(new Problem(pointer, "has a member whose name has half of a surrogate pair"));
            if (!names.Add(name)) problems.Add(new Problem(at, "is given twice"));
            Check(member.Value, at, depth + 1, problems);
        }
    }

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
