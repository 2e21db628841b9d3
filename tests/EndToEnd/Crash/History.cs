using System.Diagnostics;

namespace Hms.EndToEnd.Tests.Crash;

/// <summary>What makes a message one message: its source, its id, and the mailbox it is for.</summary>
internal readonly record struct MessageKey(string Source, string Id, string Destination);

/// <summary>How a send ended, as its sender sees it.</summary>
internal enum SendOutcome
{
    /// <summary>202 with <c>duplicate:false</c>.</summary>
    Accepted,

    /// <summary>202 with <c>duplicate:true</c>.</summary>
    Duplicate,

    /// <summary>No answer, or one that says the outcome is unknown: it may have been stored or not.</summary>
    Unknown,

    /// <summary>An answer that says nothing was stored.</summary>
    Refused,
}

/// <summary>One thing a client did, from before its request left until after its answer was read, in Stopwatch ticks.</summary>
internal abstract record HistoryEvent(long Began, long Ended)
{
    internal sealed record Send(long Began, long Ended, MessageKey Key, string Priority, byte[] Bytes, SendOutcome Outcome)
        : HistoryEvent(Began, Ended)
    {
        public bool Acknowledged => Outcome is SendOutcome.Accepted or SendOutcome.Duplicate;
    }

    /// <param name="Began">When the receive began that it came with.</param>
    /// <param name="Ended">When that receive's answer had been read.</param>
    /// <param name="Key">As the message itself says.</param>
    /// <param name="Mailbox">Whose mailbox it came from.</param>
    /// <param name="Position">Its place in the answer.</param>
    /// <param name="Sequence">As the delivery says.</param>
    /// <param name="Attempt">As the delivery says.</param>
    /// <param name="Bytes">The message.</param>
    internal sealed record Delivery(long Began, long Ended, MessageKey Key, string Mailbox, int Position, long Sequence, int Attempt, byte[] Bytes)
        : HistoryEvent(Began, Ended);

    /// <summary>A receive without an answer: the server may have leased anything to it, until <paramref name="LeaseEnds"/>.</summary>
    internal sealed record LostReceive(long Began, long Ended, string Mailbox, long LeaseEnds) : HistoryEvent(Began, Ended);

    /// <summary>An ack that was counted, or one without an answer. Stale ones are nothing that happened.</summary>
    internal sealed record Ack(long Began, long Ended, MessageKey Key, bool Confirmed) : HistoryEvent(Began, Ended);

    /// <summary>A server process was seen to be gone, and with it every lease that it had given.</summary>
    internal sealed record ProcessEnded(long At) : HistoryEvent(At, At);
}

/// <summary>All that happened, gathered from many clients at once.</summary>
internal sealed class History
{
    private readonly List<HistoryEvent> events = [];

    public static long Now => Stopwatch.GetTimestamp();

    public void Add(HistoryEvent happened)
    {
        lock (events)
            events.Add(happened);
    }

    public IReadOnlyList<HistoryEvent> Events()
    {
        lock (events)
            return [.. events];
    }
}
