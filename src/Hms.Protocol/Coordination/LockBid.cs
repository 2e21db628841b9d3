namespace Hms.Protocol.Coordination;

/// <summary>Who wants a lock, and how: the body of <c>POST /v1/locks/{name}/acquire</c>, and a <c>lock_request</c> (section 3.3).</summary>
/// <param name="Owner">Who: a supervisor's id, or any other name, which then has no session.</param>
/// <param name="LeaseMs">How long it is held without renewal, in milliseconds, 1–86,400,000.</param>
public sealed record LockBid(string Owner, long LeaseMs)
{
    /// <summary>Which of the owner's processes or threads, 1–256 characters; null is one of them, too. The same one asking again renews.</summary>
    public string? Instance { get; init; }

    /// <summary>How long the lock stays closed when the session of this holder ends while it holds it, in milliseconds, 0–86,400,000. Default 0.</summary>
    public long LockDelayMs { get; init; }
}

/// <summary>What came of asking for a lock: granted, or who has it instead.</summary>
/// <param name="Granted">Whether the asker holds it.</param>
/// <param name="FencingToken">What the resource that it guards is told; grows with each grant. Of the asker, where granted, else 0.</param>
/// <param name="ExpiresAt">When the lease ends; null where it was not granted.</param>
/// <param name="Holder">Who holds it instead; null where granted, or where it is closed after a lost session.</param>
/// <param name="QueuePosition">Its place among those who wait, from 1, or the place that it would have had; 0 where granted.</param>
/// <param name="Renewed">Whether the asker held it before, so that only its lease is new.</param>
public readonly record struct LockAnswer(
    bool Granted, long FencingToken, DateTimeOffset? ExpiresAt, string? Holder, int QueuePosition, bool Renewed = false);
