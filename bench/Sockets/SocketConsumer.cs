using Hms.Bench.Load;

namespace Hms.Bench.Sockets;

/// <summary>Receives on credit and acks by 100, until it and those it shares the work with have taken all there is.</summary>
/// <param name="supervisor">Whose mailbox.</param>
/// <param name="stock">What all of them together have to take.</param>
/// <param name="recorder">Where acked messages are counted; a latency is of one ack.</param>
internal sealed class SocketConsumer(string supervisor, Stock stock, Recorder recorder) : SocketWorker
{
    private const int BatchSize = 100;
    private readonly AckFrame ack = new();
    private readonly Flights flights = new();
    private readonly Dictionary<int, int> ackedBySeq = [];
    private bool granted;

    public override string Supervisor => supervisor;

    public override bool Waiting => flights.Count > 0;

    public override bool Finished => stock.Unacked <= 0;

    public override void Fill(SocketConnection connection, long now)
    {
        if (!granted)
            connection.Send("""{"op":"receive","credit":1000,"batch":100}"""u8);
        granted = true;
        // The last ones do not fill a batch.
        if (ack.Count > 0 && stock.Unreceived <= 0)
            Acknowledge(connection, now);
    }

    public override void Received(in SocketAnswer answer, SocketConnection connection, long now)
    {
        if (answer.Delivers)
            Delivered(answer, connection, now);
        else if (!flights.TryEnd(answer.Seq, out var began) || !ackedBySeq.Remove(answer.Seq, out var count))
            recorder.Fail($"receive: got {answer.Shown}");
        else if (!answer.Is(SocketAnswer.Acked) || AckRequest.Acked(answer.Text) != count)
            recorder.Fail($"ack: of {count} receipts not all were acked: {answer.Shown}");
        else
            Acked(count, began, now);
    }

    private void Delivered(in SocketAnswer answer, SocketConnection connection, long now)
    {
        for (var deliveries = new Deliveries(answer.Text); deliveries.MoveNext();)
        {
            ack.Add(deliveries.Receipt);
            stock.Unreceived--;
            if (ack.Count == BatchSize)
                Acknowledge(connection, now);
        }
    }

    private void Acknowledge(SocketConnection connection, long now)
    {
        var seq = flights.Start(now);
        ackedBySeq.Add(seq, ack.Count);
        connection.Send(ack.Take(seq));
    }

    private void Acked(int count, long began, long now)
    {
        stock.Unacked -= count;
        recorder.Record(began, now, count);
    }
}

/// <summary>How many messages are still to be received, and to be acked, from several mailboxes together.</summary>
internal sealed class Stock(long messages)
{
    public long Unreceived { get; set; } = messages;

    public long Unacked { get; set; } = messages;
}
