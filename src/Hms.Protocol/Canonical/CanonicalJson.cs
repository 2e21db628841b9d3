using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Hms.Protocol.Canonical;

/// <summary>
/// The canonical form of RFC 8785: one sequence of bytes for one JSON value, however it was written. Two readers that agree on a value
/// agree on it, which is what hashes and signatures need. What the form is of is the value as a double holds it: <c>1</c> and
/// <c>1.0</c> are one, and so are integers beyond 2^53 that a double cannot tell apart.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical form of a value.</summary>
    /// <param name="value">A value whose document is in use.</param>
    /// <param name="canonical">The form, in UTF-8.</param>
    /// <param name="fault">
    /// <see cref="ErrorCode.MessageFormat"/> for what has no such form: a number beyond the range of a double, half of a surrogate pair,
    /// bad UTF-8, a member given twice, nesting deeper than <see cref="JsonText.DepthMax"/>.
    /// </param>
    public static bool TryGet(JsonElement value, [NotNullWhen(true)] out byte[]? canonical, [NotNullWhen(false)] out Fault? fault)
    {
        using var writer = new CanonicalWriter();
        canonical = writer.TryWrite(value, out fault) ? writer.Written.ToArray() : null;
        return canonical is not null;
    }

    /// <summary>
    /// The canonical form of a JSON text; refuses what <see cref="TryGet(JsonElement, out byte[], out Fault)"/> does, and what is not JSON.
    /// </summary>
    public static bool TryGet(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out byte[]? canonical, [NotNullWhen(false)] out Fault? fault)
    {
        canonical = null;
        using var document = Parse(utf8, out fault);
        return document is not null && TryGet(document.RootElement, out canonical, out fault);
    }

    /// <summary>Writes the canonical form of a value, or nothing where it has none.</summary>
    public static bool TryWrite(JsonElement value, IBufferWriter<byte> to, [NotNullWhen(false)] out Fault? fault)
    {
        ArgumentNullException.ThrowIfNull(to);
        using var writer = new CanonicalWriter();
        if (!writer.TryWrite(value, out fault))
        {
            return false;
        }

        to.Write(writer.Written);
        return true;
    }

    /// <summary>Writes the canonical form of a JSON text, or nothing where it has none.</summary>
    public static bool TryWrite(ReadOnlyMemory<byte> utf8, IBufferWriter<byte> to, [NotNullWhen(false)] out Fault? fault)
    {
        using var document = Parse(utf8, out fault);
        return document is not null && TryWrite(document.RootElement, to, out fault);
    }

    internal static Fault NoForm(string reason) => new(ErrorCode.MessageFormat, $"there is no canonical form: {reason}");

    private static JsonDocument? Parse(ReadOnlyMemory<byte> utf8, out Fault? fault)
    {
        // The reader assumes UTF-8 and whole pairs where it looks for duplicate members.
        fault = !Utf8.IsValid(utf8.Span) ? NoForm(CanonicalWriter.BadUtf8)
            : Surrogates.HasLone(utf8.Span) ? NoForm(CanonicalText.LoneSurrogate)
            : null;
        try
        {
            return fault is null ? JsonDocument.Parse(utf8, JsonText.Reading) : null;
        }
        catch (JsonException e)
        {
            fault = NoForm($"the text is not valid JSON: {e.Message}");
            return null;
        }
    }
}
