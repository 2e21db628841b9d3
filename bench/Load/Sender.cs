namespace Hms.Bench.Load;

/// <summary>Sends one message after the other, as fast as they are accepted.</summary>
/// <param name="request">What it sends.</param>
/// <param name="recorder">Where each receipt is counted.</param>
/// <param name="quota">Shared by senders that together have a fixed number to send.</param>
internal sealed class Sender(MessageRequest request, Recorder recorder, Quota? quota = null) : Worker
{
    public override ReadOnlySpan<byte> Request(long now)
    {
        quota?.Left -= 1;
        return request.Next();
    }

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        if (recorder.Expect(202, answer, "send"))
            recorder.Record(sentAt, now);
        Finished = quota is { Left: <= 0 };
    }
}

/// <summary>How many are still to be sent.</summary>
internal sealed class Quota(long left)
{
    public long Left { get; set; } = left;
}

/// <summary>Sends at fixed times, whatever the answers do, and notes when each message was due.</summary>
internal sealed class PacedSender : Worker
{
    private readonly MessageRequest request;
    private readonly Recorder recorder;
    private readonly Dictionary<long, long> sentAtByNumber;
    private readonly long period;
    private long answeredAt;

    /// <param name="request">What it sends.</param>
    /// <param name="recorder">Where a refusal is counted.</param>
    /// <param name="sentAtByNumber">Shared with the receiver, which takes the time of sending from it.</param>
    /// <param name="first">When the first one is due.</param>
    /// <param name="period">From one to the next, in Stopwatch ticks.</param>
    public PacedSender(MessageRequest request, Recorder recorder, Dictionary<long, long> sentAtByNumber, long first, long period)
    {
        (this.request, this.recorder, this.sentAtByNumber, this.period) = (request, recorder, sentAtByNumber, period);
        ReadyAt = first;
    }

    public override ReadOnlySpan<byte> Request(long now)
    {
        var bytes = request.Next();
        // One that had to wait for the answer before it counts from when it was due: a slow server may not slow its own clock.
        sentAtByNumber[request.Number] = answeredAt > ReadyAt ? ReadyAt : now;
        ReadyAt += period;
        return bytes;
    }

    public override void Answered(in HttpAnswer answer, long sentAt, long now)
    {
        answeredAt = now;
        recorder.Expect(202, answer, "paced send");
    }
}
