using System.Text;

namespace Hms.Bench.Load;

/// <summary>Receives by 100 and acks them, in turns, until its mailbox is empty or its share is done.</summary>
/// <param name="server">Names the <c>Host</c>.</param>
/// <param name="supervisor">Whose mailbox.</param>
/// <param name="recorder">One latency for each receive with its ack; the items are messages.</param>
/// <param name="share">Messages after which it stops.</param>
internal sealed class Consumer(Uri server, string supervisor, Recorder recorder, long share = long.MaxValue) : Worker
{
    private const int BatchSize = 100;
    private readonly byte[] receive = Encoding.ASCII.GetBytes(
        $"GET /v1/supervisors/{supervisor}/messages?max={BatchSize}&wait_ms=0 HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n");
    private readonly AckRequest ack = new(server, supervisor);
    private long left = share;
    private int acking;
    private long began;

    public override ReadOnlySpan<byte> Request(long now)
    {
        acking = ack.Count;
        if (acking > 0)
            return ack.Take();
        began = now;
        return receive;
    }

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        if (!recorder.Expect(200, answer, acking > 0 ? "ack" : "receive"))
            Finished = true;
        else if (acking > 0)
            Acked(answer, now);
        else
            Received(answer);
    }

    private void Received(in HttpAnswer answer)
    {
        for (var deliveries = new Deliveries(answer.Body); deliveries.MoveNext();)
            ack.Add(deliveries.Receipt);
        Finished = ack.Count == 0;
    }

    private void Acked(in HttpAnswer answer, long now)
    {
        if (AckRequest.Acked(answer.Body) != acking)
            recorder.Fail($"ack: of {acking} receipts not all were acked: {Encoding.UTF8.GetString(answer.Body)}");
        recorder.Record(began, now, acking);
        left -= acking;
        Finished = left <= 0;
    }
}
