using Microsoft.Extensions.Primitives;

namespace Hms.Http.Reading;

/// <summary>What the head of a <c>POST /v1/messages</c> says about the message in its body.</summary>
/// <param name="Durability"><c>Hms-Durability</c>.</param>
/// <param name="IdempotencyKey"><c>Idempotency-Key</c>, without quotes.</param>
/// <param name="TraceParent"><c>traceparent</c>, where it is well-formed.</param>
/// <param name="Wait"><c>Prefer: wait=SECONDS</c>; null where there is none.</param>
internal readonly record struct SendHeaders(Durability Durability, string? IdempotencyKey, string? TraceParent, TimeSpan? Wait)
{
    public const string DurabilityName = "Hms-Durability";

    /// <summary>Reads the headers.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Validation"/> with every problem.</exception>
    public static SendHeaders Read(IHeaderDictionary headers)
    {
        List<Problem>? problems = null;
        var durability = ReadDurability(headers[DurabilityName], ref problems);
        var key = Reading.IdempotencyKey.Read(headers, ref problems);
        if (problems is not null)
        {
            throw Refusal.Of(problems);
        }

        return new SendHeaders(durability, key, ReadTraceParent(headers), Preferences.Wait(headers["Prefer"]));
    }

    /// <summary>Reads the headers that go for every message of a bulk; those that mean one message are refused.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Validation"/> with every problem.</exception>
    public static SendHeaders ReadBulk(IHeaderDictionary headers)
    {
        List<Problem>? problems = null;
        var durability = ReadDurability(headers[DurabilityName], ref problems);
        if (headers.ContainsKey(Reading.IdempotencyKey.HeaderName))
        {
            (problems ??= []).Add(new Problem($"/{Reading.IdempotencyKey.HeaderName}", "is for one message, not for a body of several"));
        }

        if (Preferences.Wait(headers["Prefer"]) is not null)
        {
            (problems ??= []).Add(new Problem("/Prefer", "wait is for one message, not for a body of several"));
        }

        return problems is null ? new SendHeaders(durability, null, ReadTraceParent(headers), null) : throw Refusal.Of(problems);
    }

    public static string WireName(Durability durability) => durability == Durability.Memory ? "memory" : "fsync";

    private static string? ReadTraceParent(IHeaderDictionary headers)
    {
        var trace = headers.TraceParent.Count == 1 ? headers.TraceParent.ToString() : "";
        return TraceParents.IsWellFormed(trace) ? trace : null;
    }

    private static Durability ReadDurability(StringValues values, ref List<Problem>? problems)
    {
        switch (values.Count == 0 ? "fsync" : values.ToString())
        {
            case "fsync":
                return Durability.Fsync;
            case "memory":
                return Durability.Memory;
            default:
                (problems ??= []).Add(new Problem($"/{DurabilityName}", "must be memory or fsync"));
                return Durability.Fsync;
        }
    }
}
