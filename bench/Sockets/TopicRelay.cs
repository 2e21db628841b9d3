using Hms.Bench.Load;

namespace Hms.Bench.Sockets;

/// <summary>The one publish that is under way, and how many subscribers have not got it yet.</summary>
internal sealed class Publication(int subscribers, Recorder recorder)
{
    private long began;

    /// <summary>The number in its id.</summary>
    public long Number { get; private set; } = -1;

    public int Missing { get; private set; }

    public void Left(long number, long now) => (Number, Missing, began) = (number, subscribers, now);

    /// <summary>One more has got it; the last one ends the latency.</summary>
    public void Arrived(long now)
    {
        if (--Missing == 0)
            recorder.Record(began, now);
    }
}

/// <summary>Publishes the next message once every subscriber has got the one before.</summary>
internal sealed class TopicPublisher(string supervisor, SendFrame publish, Publication publication, Recorder recorder) : SocketWorker
{
    private readonly Flights flights = new(max: 1);

    public override string Supervisor => supervisor;

    public override bool Waiting => flights.Count > 0 || publication.Missing > 0;

    public override void Fill(SocketConnection connection, long now)
    {
        if (publication.Missing > 0 || !flights.MayStart)
            return;
        connection.Send(publish.Next(flights.Start(now)));
        publication.Left(publish.Number, now);
    }

    public override void Received(in SocketAnswer answer, SocketConnection connection, long now)
    {
        if (!flights.TryEnd(answer.Seq, out _) || !answer.Is(SocketAnswer.Accepted))
            recorder.Fail($"publish: got {answer.Shown}");
    }
}

/// <summary>Takes and acks whatever its topic brings.</summary>
internal sealed class TopicSubscriber(string supervisor, Publication publication, Recorder recorder) : SocketWorker
{
    private readonly AckFrame ack = new();
    private long lastNumber = -1;
    private bool granted;

    public override string Supervisor => supervisor;

    public override bool Waiting => false;

    public override bool Serves => true;

    public override void Fill(SocketConnection connection, long now)
    {
        if (!granted)
            connection.Send("""{"op":"receive","credit":100}"""u8);
        granted = true;
    }

    public override void Received(in SocketAnswer answer, SocketConnection connection, long now)
    {
        if (!answer.Delivers)
        {
            recorder.Fail($"subscriber: got {answer.Shown}");
            return;
        }
        for (var deliveries = new Deliveries(answer.Text); deliveries.MoveNext();)
        {
            ack.Add(deliveries.Receipt);
            var number = MessageTemplate.NumberOf(deliveries.MessageId());
            // A redelivery, and a straggler of an earlier round, arrive nowhere new.
            if (number != publication.Number || number == lastNumber)
                continue;
            lastNumber = number;
            publication.Arrived(now);
        }
        connection.Send(ack.Take());
    }
}
