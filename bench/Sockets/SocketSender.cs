using Hms.Bench.Load;

namespace Hms.Bench.Sockets;

/// <summary>Keeps so many frames in flight on one socket, each answered by a receipt for every message in it.</summary>
internal sealed class SocketSender : SocketWorker
{
    private readonly SendFrame[] frames;
    private readonly Flights flights;
    private readonly Recorder recorder;
    private readonly Quota? quota;
    private readonly byte[]? receipt;
    private int next;

    /// <param name="supervisor">Whose socket it is, and the source of the messages.</param>
    /// <param name="frames">What it sends, in turns; all of them hold equally many messages.</param>
    /// <param name="inFlight">Frames that may be unanswered at once.</param>
    /// <param name="recorder">Where the messages are counted; a latency is of a frame.</param>
    /// <param name="toEcho">The other end is the bare echo, which confirms nothing.</param>
    /// <param name="quota">Frames after which it stops; none for as many as the time allows.</param>
    public SocketSender(string supervisor, SendFrame[] frames, int inFlight, Recorder recorder, bool toEcho = false, Quota? quota = null)
    {
        (Supervisor, this.frames, flights, this.recorder, this.quota) = (supervisor, frames, new Flights(inFlight), recorder, quota);
        receipt = toEcho ? null : "\"status\":\"accepted\""u8.ToArray();
    }

    public override string Supervisor { get; }

    /// <summary>Messages accepted so far, measured or not.</summary>
    public long Accepted { get; private set; }

    public override bool Waiting => flights.Count > 0;

    public override bool Finished => quota is { Left: <= 0 };

    public override void Fill(SocketConnection connection, long now)
    {
        while (!Finished && flights.MayStart)
        {
            quota?.Left -= 1;
            connection.Send(frames[next].Next(flights.Start(now)));
            next = (next + 1) % frames.Length;
        }
    }

    public override void Received(in SocketAnswer answer, SocketConnection connection, long now)
    {
        if (!flights.TryEnd(answer.Seq, out var began))
        {
            recorder.Fail($"send: nothing was under way that this answers: {answer.Shown}");
            return;
        }
        var count = frames[0].Count;
        if (receipt is not null && (!answer.Is(SocketAnswer.Accepted) || answer.Text.Count(receipt) != count))
        {
            recorder.Fail($"send: expected {count} accepted, got {answer.Shown}");
            return;
        }
        Accepted += count;
        recorder.Record(began, now, count);
    }
}
