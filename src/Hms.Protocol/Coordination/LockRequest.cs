using System.Text.Json;

namespace Hms.Protocol.Coordination;

/// <summary>What a <c>lock_request</c> asks for.</summary>
public enum LockAction
{
    /// <summary>The lock.</summary>
    Acquire,

    /// <summary>Another lease.</summary>
    Renew,

    /// <summary>To give it back.</summary>
    Release,
}

/// <summary>A <c>lock_request</c> (section 3.3).</summary>
/// <param name="LockId">The lock.</param>
/// <param name="Action">What is asked for.</param>
/// <param name="Bid">Who asks, and for how long.</param>
/// <param name="WaitMs">How long it waits, in milliseconds, up to 60,000.</param>
/// <param name="FencingToken">The token of the lock held, for renew and release.</param>
public sealed record LockRequest(string LockId, LockAction Action, LockBid Bid, long WaitMs, long FencingToken)
{
    private const long LeaseDefaultMs = 30_000;
    private const long WaitMaxMs = 60_000;

    /// <summary>Reads content that keeps to the schema.</summary>
    public static LockRequest Read(string source, JsonElement content) => new(
        content.GetProperty("lock_id"u8).GetString()!,
        content.GetProperty("action"u8).GetString() switch
        {
            "renew" => LockAction.Renew,
            "release" => LockAction.Release,
            _ => LockAction.Acquire,
        },
        new LockBid(source, content.Integer("lease_ms") ?? LeaseDefaultMs)
        {
            Instance = content.Text("instance"),
            LockDelayMs = content.Integer("lock_delay_ms") ?? 0,
        },
        Math.Min(content.Integer("wait_ms") ?? 0, WaitMaxMs),
        content.Integer("fencing_token") ?? 0);
}
