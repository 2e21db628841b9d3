using System.Runtime.InteropServices;
using System.Text.Json;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema.Rules;

/// <summary>The kinds of value that <c>type</c> names.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8,
    String = 16,
    Array = 32,
    Object = 64,
}

/// <summary><c>type</c>.</summary>
internal sealed class TypeRule : Rule
{
    private string _wanted = "";

    public JsonTypes Allowed { get; set; }

    /// <summary>The type of a name, or <see cref="JsonTypes.None"/> for an unknown one.</summary>
    public static JsonTypes Named(string name) => name switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number,
        "string" => JsonTypes.String,
        "array" => JsonTypes.Array,
        "object" => JsonTypes.Object,
        _ => JsonTypes.None,
    };

    public override void Seal()
    {
        (JsonTypes Type, string Words)[] words =
        [
            (JsonTypes.Object, "an object"), (JsonTypes.Array, "an array"), (JsonTypes.String, "a string"), (JsonTypes.Number, "a number"),
            (JsonTypes.Integer, "an integer"), (JsonTypes.Boolean, "a boolean"), (JsonTypes.Null, "null"),
        ];
        _wanted = string.Join(" or ", words.Where(w => Allowed.HasFlag(w.Type)).Select(w => w.Words));
    }

    public override bool Check(in JsonElement value, ref Walk walk)
    {
        var allowed = value.ValueKind switch
        {
            JsonValueKind.Object => Allows(JsonTypes.Object),
            JsonValueKind.Array => Allows(JsonTypes.Array),
            JsonValueKind.String => Allows(JsonTypes.String),
            JsonValueKind.True or JsonValueKind.False => Allows(JsonTypes.Boolean),
            JsonValueKind.Null => Allows(JsonTypes.Null),
            JsonValueKind.Number => Allows(JsonTypes.Number) || (Allows(JsonTypes.Integer) && IsInteger(value)),
            _ => false,
        };
        if (allowed) return true;

        // For a number it is the fraction that is wrong, where an integer would have done.
        return walk.Collecting && walk.Fail(
            value.ValueKind == JsonValueKind.Number && Allows(JsonTypes.Integer)
                ? $"must be {_wanted}, is {Show.Value(value)}"
                : $"must be {_wanted}, is {Show.Kind(value)}");
    }

    private static bool IsInteger(in JsonElement value) =>
        value.TryGetInt64(out _) || new JsonNumber(JsonMarshal.GetRawUtf8Value(value)).IsInteger;

    private bool Allows(JsonTypes type) => (Allowed & type) != 0;
}
