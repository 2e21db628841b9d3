namespace Hms.Abstractions;

/// <summary>What clients may ask for: <c>api.md</c>, Identifiers and ranges.</summary>
public static class Ranges
{
    /// <summary>Longest lease: 24 hours.</summary>
    public static readonly TimeSpan LeaseMax = TimeSpan.FromMilliseconds(86_400_000);

    /// <summary>Longest wait; a longer one is clamped. 60 s.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);

    /// <summary>Most messages in one receive, and most items in one list.</summary>
    public const int PageMax = 1_000;

    /// <summary>Most receipts in one ack, nack or extension.</summary>
    public const int ReceiptsMax = 10_000;

    /// <summary>Shortest heartbeat interval in milliseconds.</summary>
    public const long HeartbeatIntervalMinMs = 100;

    /// <summary>Longest heartbeat interval in milliseconds: 24 hours.</summary>
    public const long HeartbeatIntervalMaxMs = 86_400_000;
}
