using System.Buffers.Text;
using System.Text;

namespace Hms.Bench.Load;

/// <summary>A whole HTTP/1.1 response: its status and its body, a slice of the connection's buffer.</summary>
internal readonly ref struct HttpAnswer(int status, ReadOnlySpan<byte> body)
{
    private const int StatusAt = 9;

    public int Status => status;

    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>False while bytes are missing. A chunked body is joined in place, only when all of it is there.</summary>
    public static bool TryParse(Span<byte> data, out HttpAnswer answer)
    {
        answer = default;
        var headEnd = data.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return false;
        ReadOnlySpan<byte> head = data[..headEnd];
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[StatusAt..], out int status, out _))
            throw new IOException($"Not an HTTP/1.1 response: {Encoding.Latin1.GetString(head)}");

        var rest = data[(headEnd + 4)..];
        if (HeaderValue(head, "\r\ncontent-length:"u8) is { IsEmpty: false } length)
        {
            if (!Utf8Parser.TryParse(length, out int expected, out _))
                throw new IOException("Content-Length is not a number.");
            if (rest.Length < expected)
                return false;
            answer = new HttpAnswer(status, rest[..expected]);
            return true;
        }
        if (HeaderValue(head, "\r\ntransfer-encoding:"u8).IsEmpty)
        {
            answer = new HttpAnswer(status, default);
            return true;
        }
        // Joining moves bytes, so it starts only once the last chunk has come.
        if (!rest.EndsWith("0\r\n\r\n"u8) || !TryWalkChunks(rest, join: false, out _))
            return false;
        TryWalkChunks(rest, join: true, out var joined);
        answer = new HttpAnswer(status, rest[..joined]);
        return true;
    }

    private static bool TryWalkChunks(Span<byte> data, bool join, out int joined)
    {
        joined = 0;
        for (var at = 0; at < data.Length;)
        {
            var lineEnd = data[at..].IndexOf("\r\n"u8);
            if (lineEnd < 0 || !Utf8Parser.TryParse(data.Slice(at, lineEnd), out int size, out _, 'x'))
                return false;
            var start = at + lineEnd + 2;
            if (size == 0)
                return true;
            if (start + size + 2 > data.Length)
                return false;
            if (join)
                data.Slice(start, size).CopyTo(data[joined..]);
            joined += size;
            at = start + size + 2;
        }
        return false;
    }

    private static ReadOnlySpan<byte> HeaderValue(ReadOnlySpan<byte> head, ReadOnlySpan<byte> lowerCaseName)
    {
        for (var at = head.IndexOf((byte)'\r'); at >= 0 && at + lowerCaseName.Length <= head.Length;)
        {
            if (Ascii.EqualsIgnoreCase(head.Slice(at, lowerCaseName.Length), lowerCaseName))
            {
                var value = head[(at + lowerCaseName.Length)..].TrimStart((byte)' ');
                var end = value.IndexOf((byte)'\r');
                return end < 0 ? value : value[..end];
            }
            var next = head[(at + 2)..].IndexOf((byte)'\r');
            if (next < 0)
                break;
            at += next + 2;
        }
        return default;
    }
}
