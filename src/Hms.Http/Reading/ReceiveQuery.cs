namespace Hms.Http.Reading;

/// <summary>The query parameters that every way of receiving has.</summary>
internal static class ReceiveQuery
{
    private static readonly long LeaseMaxMs = (long)Ranges.LeaseMax.TotalMilliseconds;
    private static readonly long LeaseDefaultMs = (long)new ReceiveRequest().Lease.TotalMilliseconds;

    /// <summary><c>max</c>: messages at most.</summary>
    public static int Max(ref Query query, int otherwise) => (int)query.Integer("max", 1, Ranges.PageMax, otherwise);

    /// <summary><c>lease_ms</c>: how long messages are held for the receiver.</summary>
    public static TimeSpan Lease(ref Query query) =>
        TimeSpan.FromMilliseconds(query.Integer("lease_ms", 1, LeaseMaxMs, LeaseDefaultMs));

    /// <summary><c>ack=auto</c>: whether messages are acknowledged as they are taken.</summary>
    public static bool AutoAck(ref Query query) =>
        query.Word<bool>("ack", static word => word == "auto" ? true : null, "must be auto") ?? false;
}
