using Hms.Bench.Load;

namespace Hms.Bench.Sockets;

/// <summary>Sends one request after the other and takes the reply of each.</summary>
internal sealed class SocketRequester(string supervisor, SendFrame request, Recorder recorder) : SocketWorker
{
    private readonly Flights flights = new(max: 1);

    public override string Supervisor => supervisor;

    public override bool Waiting => flights.Count > 0;

    public override void Fill(SocketConnection connection, long now)
    {
        if (flights.MayStart)
            connection.Send(request.Next(flights.Start(now)));
    }

    public override void Received(in SocketAnswer answer, SocketConnection connection, long now)
    {
        // A receipt may come ahead of the reply.
        if (answer.Is(SocketAnswer.Accepted))
            return;
        if (!flights.TryEnd(answer.Seq, out var began) || !answer.Is(SocketAnswer.Reply) || !Correlates(answer.Text))
            recorder.Fail($"request: not the reply to it: {answer.Shown}");
        else
            recorder.Record(began, now);
    }

    private bool Correlates(ReadOnlySpan<byte> reply)
    {
        var mark = "\"correlation_id\":\""u8;
        var at = reply.IndexOf(mark);
        return at >= 0 && MessageTemplate.NumberOf(reply[(at + mark.Length)..]) == request.Number;
    }
}

/// <summary>Replies to each request and acks it, both in one write.</summary>
internal sealed class SocketResponder(string supervisor, SendFrame reply, Recorder recorder) : SocketWorker
{
    private readonly Flights flights = new();
    private readonly AckFrame ack = new();
    private bool granted;

    public override string Supervisor => supervisor;

    public override bool Waiting => flights.Count > 0;

    public override bool Serves => true;

    public override void Fill(SocketConnection connection, long now)
    {
        if (!granted)
            connection.Send("""{"op":"receive","credit":10}"""u8);
        granted = true;
    }

    public override void Received(in SocketAnswer answer, SocketConnection connection, long now)
    {
        if (!answer.Delivers)
        {
            if (!flights.TryEnd(answer.Seq, out _) || !answer.Is(SocketAnswer.Accepted))
                recorder.Fail($"reply: got {answer.Shown}");
            return;
        }
        for (var deliveries = new Deliveries(answer.Text); deliveries.MoveNext();)
        {
            connection.Send(reply.NextReplyTo(deliveries.MessageId(), flights.Start(now)));
            ack.Add(deliveries.Receipt);
        }
        connection.Send(ack.Take());
    }
}
