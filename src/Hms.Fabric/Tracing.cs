using System.Diagnostics;

namespace Hms.Fabric;

/// <summary>
/// Traces of messages (W3C Trace Context; OpenTelemetry's conventions for messaging). They cost nothing where nobody listens to them. The way from
/// HTTP and between grains is traced by those who make it; here a delivery is tied to what the message was sent in.
/// </summary>
public static class Tracing
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "Hms.Fabric";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>What goes with a message: what its sender gave, else, where somebody listens, what it is sent in.</summary>
    internal static string? ParentOf(string? given) => given ?? (Source.HasListeners() ? Activity.Current?.Id : null);

    /// <summary>Notes that a message was delivered.</summary>
    internal static void Delivered(string supervisor, long sequence, int attempt, string? traceParent)
    {
        if (traceParent is null || !Source.HasListeners() || !ActivityContext.TryParse(traceParent, null, isRemote: true, out var sentIn))
        {
            return;
        }

        using var delivery = Source.StartActivity("hms.deliver", ActivityKind.Consumer, sentIn);
        delivery?.SetTag("messaging.system", "hms");
        delivery?.SetTag("messaging.destination.name", supervisor);
        delivery?.SetTag("hms.sequence", sequence);
        delivery?.SetTag("hms.attempt", attempt);
    }
}
