using System.Text;

namespace Hms.Bench.Load;

/// <summary>Sends a request with <c>Prefer: wait</c> and takes the reply from its answer, one after the other.</summary>
internal sealed class Requester(MessageRequest request, Recorder recorder) : Worker
{
    /// <summary>The header that makes a send a request.</summary>
    public const string PreferHeader = "Prefer: wait=10\r\n";

    private readonly byte[] correlation = new byte[MessageTemplate.IdLength];

    public override ReadOnlySpan<byte> Request(long now)
    {
        var bytes = request.Next();
        var id = Encoding.ASCII.GetBytes($"{MessageTemplate.IdPrefix}{request.Number:x12}");
        id.CopyTo(correlation.AsSpan());
        return bytes;
    }

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        if (!recorder.Expect(200, answer, "request"))
            return;
        if (answer.Body.IndexOf(correlation) < 0)
            recorder.Fail("request: the answer is not the reply to it.");
        recorder.Record(sentAt, now);
    }
}

/// <summary>Takes one request at a time by long-poll, replies, and leaves the ack to another connection.</summary>
internal sealed class Responder(Uri server, string supervisor, MessageRequest reply, Recorder recorder, Acker acker) : Worker
{
    private readonly byte[] receive = Encoding.ASCII.GetBytes(
        $"GET /v1/supervisors/{supervisor}/messages?max=1&wait_ms=60000 HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n");
    private readonly byte[] requestId = new byte[MessageTemplate.IdLength];
    private bool replying;

    public override bool Serves => true;

    public override ReadOnlySpan<byte> Request(long now) => replying ? reply.NextReplyTo(requestId) : receive;

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        if (!recorder.Expect(replying ? 202 : 200, answer, replying ? "reply" : "responder's receive"))
        {
            Finished = true;
            return;
        }
        if (replying)
        {
            replying = false;
            return;
        }
        for (var deliveries = new Deliveries(answer.Body); deliveries.MoveNext();)
        {
            deliveries.MessageId().CopyTo(requestId);
            acker.Add(deliveries.Receipt, now);
            replying = true;
        }
    }
}
