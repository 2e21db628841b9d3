using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hms.Protocol;

/// <summary>How the fabric reads and writes JSON.</summary>
public static class JsonText
{
    /// <summary>Levels of nesting that a message may have; the next one is refused.</summary>
    public const int DepthMax = 128;

    /// <summary>Strict RFC 8259 with no duplicate member, as RFC 7493 asks.</summary>
    public static JsonDocumentOptions Reading { get; } = new() { MaxDepth = DepthMax, AllowDuplicateProperties = false };

    /// <summary>Compact, and with no more escaping than JSON needs: what we write is served as <c>application/json</c>, never inside HTML.</summary>
    public static JsonWriterOptions Writing { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>
    /// The integer that a JSON number is, by its value as JSON Schema has it: <c>60000</c>, <c>60000.0</c> and <c>6e4</c> are one. False for
    /// what is no number, no integer, or too large for other readers to hold exactly (beyond 2^53, RFC 8259, section 6).
    /// </summary>
    public static bool TryGetInteger(JsonElement number, out long value)
    {
        const double exact = 9_007_199_254_740_992;
        value = 0;
        if (number.ValueKind != JsonValueKind.Number)
        {
            return false;
        }

        if (number.TryGetInt64(out value))
        {
            return true;
        }

        if (number.TryGetDouble(out var real) && Math.Abs(real) < exact && Math.Floor(real) == real)
        {
            value = (long)real;
            return true;
        }

        return false;
    }

    /// <summary>What is written, as UTF-8.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>RFC 3339 in UTC with milliseconds and a <c>Z</c>, as the seed shows it.</summary>
    public static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
