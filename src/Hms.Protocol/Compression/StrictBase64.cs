using System.Buffers;
using System.Buffers.Text;

namespace Hms.Protocol.Compression;

/// <summary>
/// Base64 of the standard alphabet with padding (RFC 4648, section 4), and no white space or spare bits: what the base library lets
/// pass, other languages' readers refuse.
/// </summary>
internal static class StrictBase64
{
    private const int Quantum = 4, QuantumBytes = 3;

    private static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    /// <summary>Decodes, appending to a buffer; false for what is not base64.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, ref PooledBuffer<byte> to)
    {
        var body = text.EndsWith("=="u8) ? text[..^2] : text.EndsWith("="u8) ? text[..^1] : text;
        if (text.Length % Quantum != 0 || body.ContainsAnyExcept(Alphabet))
        {
            return false;
        }

        var room = to.Room(text.Length / Quantum * QuantumBytes);
        if (Base64.DecodeFromUtf8(text, room, out _, out var written) != OperationStatus.Done)
        {
            return false;
        }

        to.Advance(written);
        return text.IsEmpty || EndsAsWritten(text[^Quantum..], to.Written);
    }

    // Bits to spare in the last character must be zero.
    private static bool EndsAsWritten(ReadOnlySpan<byte> lastQuantum, ReadOnlySpan<byte> decoded)
    {
        Span<byte> again = stackalloc byte[Quantum];
        var rest = decoded.Length % QuantumBytes;
        Base64.EncodeToUtf8(decoded[^(rest == 0 ? QuantumBytes : rest)..], again, out _, out _);
        return again.SequenceEqual(lastQuantum);
    }
}
