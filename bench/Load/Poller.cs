using System.Text;

namespace Hms.Bench.Load;

/// <summary>Waits for messages by long-poll, hands each to <paramref name="received"/>, and leaves the acks to another connection.</summary>
/// <param name="server">Names the <c>Host</c>.</param>
/// <param name="supervisor">Whose mailbox.</param>
/// <param name="max">Messages in one answer.</param>
/// <param name="recorder">Where a refusal is counted.</param>
/// <param name="acker">Is given the receipts.</param>
/// <param name="received">Is given the number of each message and the time.</param>
internal sealed class Poller(Uri server, string supervisor, int max, Recorder recorder, Acker acker, Action<long, long> received) : Worker
{
    private readonly byte[] receive = Encoding.ASCII.GetBytes(
        $"GET /v1/supervisors/{supervisor}/messages?max={max}&wait_ms=60000 HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n");

    public override bool Serves => true;

    public override ReadOnlySpan<byte> Request(long now) => receive;

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        if (!recorder.Expect(200, answer, "long-poll receive"))
        {
            Finished = true;
            return;
        }
        for (var deliveries = new Deliveries(answer.Body); deliveries.MoveNext();)
        {
            received(MessageTemplate.NumberOf(deliveries.MessageId()), now);
            acker.Add(deliveries.Receipt, now);
        }
    }
}

/// <summary>Acks, on its own connection, whatever receipts have gathered while its last ack was under way.</summary>
internal sealed class Acker : Worker
{
    private readonly AckRequest ack;
    private readonly Recorder recorder;
    private int acking;

    public Acker(Uri server, string supervisor, Recorder recorder)
    {
        (ack, this.recorder) = (new AckRequest(server, supervisor), recorder);
        ReadyAt = Never;
    }

    public override bool Serves => true;

    public void Add(ReadOnlySpan<byte> receipt, long now)
    {
        ack.Add(receipt);
        ReadyAt = now;
    }

    public override ReadOnlySpan<byte> Request(long now)
    {
        acking = ack.Count;
        ReadyAt = Never;
        return ack.Take();
    }

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        if (recorder.Expect(200, answer, "ack") && AckRequest.Acked(answer.Body) != acking)
            recorder.Fail($"ack: of {acking} receipts not all were acked.");
    }
}
