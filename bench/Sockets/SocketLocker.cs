using Hms.Bench.Load;

namespace Hms.Bench.Sockets;

/// <summary>Acquires and releases locks of its own by <c>lock_request</c>, all of them at the same time, each again and again.</summary>
internal sealed class SocketLocker : SocketWorker
{
    private readonly Flights flights = new();
    private readonly Dictionary<int, Lock> underWay = [];
    private readonly Queue<Lock> idle;
    private readonly Recorder recorder;

    /// <param name="supervisor">Whose socket it is, and the owner of the locks.</param>
    /// <param name="locks">How many locks.</param>
    /// <param name="recorder">Where a pair is counted; a latency is from the acquire's leaving to the release's answer.</param>
    public SocketLocker(string supervisor, int locks, Recorder recorder)
    {
        Supervisor = supervisor;
        this.recorder = recorder;
        idle = new(Enumerable.Range(0, locks).Select(i => new Lock(supervisor, $"{supervisor}_lock_{i}")));
    }

    public override string Supervisor { get; }

    public override bool Waiting => flights.Count > 0;

    public override void Fill(SocketConnection connection, long now)
    {
        while (flights.MayStart && idle.TryDequeue(out var wanted))
        {
            var seq = flights.Start(now);
            wanted.Began = now;
            underWay.Add(seq, wanted);
            connection.Send(wanted.Acquire.Next(seq));
        }
    }

    public override void Received(in SocketAnswer answer, SocketConnection connection, long now)
    {
        // A receipt may come ahead of the reply.
        if (answer.Is(SocketAnswer.Accepted))
            return;
        if (!flights.TryEnd(answer.Seq, out _) || !underWay.Remove(answer.Seq, out var asked))
        {
            recorder.Fail($"lock: nothing was under way that this answers: {answer.Shown}");
            return;
        }
        if (answer.Is(Granted) && TokenRoom.Find(answer.Text) is > 0 and var token)
        {
            var seq = flights.Start(now);
            underWay.Add(seq, asked);
            connection.Send(asked.Release.NextWithToken(token, seq));
        }
        else if (answer.Is(Released))
        {
            recorder.Record(asked.Began, now);
            idle.Enqueue(asked);
        }
        else
        {
            recorder.Fail($"lock: neither granted nor released: {answer.Shown}");
        }
    }

    private static ReadOnlySpan<byte> Granted => "\"granted\":true"u8;

    private static ReadOnlySpan<byte> Released => "\"released\":true"u8;

    /// <summary>One lock: what asks for it and what gives it back.</summary>
    private sealed class Lock(string owner, string name)
    {
        private const string Wait = "\"wait_ms\":10000,";

        public long Began { get; set; }

        public SendFrame Acquire { get; } = Frame(owner, $$"""{"lock_id":"{{name}}","action":"acquire","lease_ms":30000}""");

        public SendFrame Release { get; } = Frame(owner, $$"""{"lock_id":"{{name}}","action":"release","fencing_token":{{TokenRoom.Text}}}""");

        private static SendFrame Frame(string owner, string content) =>
            SendFrame.Request(MessageTemplate.Of(owner, "meta_supervisor", "lock_request", content), Wait);
    }
}
