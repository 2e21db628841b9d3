using System.Text;

namespace Hms.Bench.Load;

/// <summary>Acquires and releases one lock of its own, one request after the other.</summary>
internal sealed class LockCaller : Worker
{
    private readonly Recorder recorder;
    private readonly byte[] acquire;
    private readonly byte[] release;
    private readonly int tokenAt;
    private long beganAt;
    private bool holds;

    /// <param name="server">Names the <c>Host</c>.</param>
    /// <param name="owner">Who acquires; its lock is named after it.</param>
    /// <param name="recorder">Where a pair is counted; a latency is from the acquire's leaving to the release's answer.</param>
    public LockCaller(Uri server, string owner, Recorder recorder)
    {
        this.recorder = recorder;
        acquire = Post("acquire", $$"""{"owner":"{{owner}}","lease_ms":30000}""");
        release = Post("release", $$"""{"owner":"{{owner}}","fencing_token":{{TokenRoom.Text}}}""");
        tokenAt = release.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(TokenRoom.Text));

        byte[] Post(string action, string body) => Encoding.ASCII.GetBytes(
            $"POST /v1/locks/{owner}_lock/{action} HTTP/1.1\r\nHost: {server.Authority}\r\n" +
            $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    public override ReadOnlySpan<byte> Request(long now)
    {
        if (holds)
            return release;
        beganAt = now;
        return acquire;
    }

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        if (!recorder.Expect(200, answer, holds ? "release" : "acquire"))
        {
            holds = false;
            return;
        }
        holds = !holds;
        if (!holds)
            recorder.Record(beganAt, now);
        else if (TokenRoom.Find(answer.Body) is > 0 and var token)
            TokenRoom.Fill(release.AsSpan(tokenAt), token);
        else
            recorder.Fail($"acquire: not granted: {Encoding.UTF8.GetString(answer.Body)}");
    }
}
