using System.Text;

namespace Hms.Bench.Load;

/// <summary>Posts bodies of many messages, one a line, each body after the answer to the one before.</summary>
internal sealed class NdjsonSender : Worker
{
    private readonly MessageTemplate[] messages;
    private readonly Recorder recorder;
    private readonly byte[] request;
    private readonly int firstAt;

    /// <param name="server">Names the <c>Host</c>.</param>
    /// <param name="messages">The lines; all of one size.</param>
    /// <param name="recorder">Where the messages are counted; a latency is of a body.</param>
    public NdjsonSender(Uri server, MessageTemplate[] messages, Recorder recorder)
    {
        (this.messages, this.recorder) = (messages, recorder);
        var length = messages.Sum(message => message.Bytes.Length + 1);
        var head = $"POST /v1/messages HTTP/1.1\r\nHost: {server.Authority}\r\n" +
            $"Content-Type: application/x-ndjson\r\nContent-Length: {length}\r\n\r\n";
        request = [.. Encoding.ASCII.GetBytes(head), .. messages.SelectMany(message => message.Bytes.Append((byte)'\n'))];
        firstAt = head.Length;
    }

    public override ReadOnlySpan<byte> Request(long now)
    {
        for (var (i, at) = (0, firstAt); i < messages.Length; at += messages[i++].Bytes.Length + 1)
            messages[i].Renew(request.AsSpan(at));
        return request;
    }

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        // The whole was taken in either case; what became of each message is in its line.
        if (answer.Status != 202 && !recorder.Expect(200, answer, "ndjson"))
            return;
        var accepted = answer.Body.Count("\"status\":\"accepted\""u8);
        if (accepted == messages.Length)
            recorder.Record(sentAt, now, accepted);
        else
            recorder.Fail($"ndjson: of {messages.Length} lines {accepted} were accepted: {FirstError(answer.Body)}");
    }

    private static string FirstError(ReadOnlySpan<byte> lines)
    {
        var line = lines[Math.Max(0, lines.IndexOf("{\"error_code\""u8))..];
        var end = line.IndexOf((byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? line : line[..end]);
    }
}
