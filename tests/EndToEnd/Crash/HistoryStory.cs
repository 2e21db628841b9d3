using System.Diagnostics;
using static Hms.EndToEnd.Tests.Crash.HistoryEvent;

namespace Hms.EndToEnd.Tests.Crash;

/// <summary>Tells what happened, for whoever has to find out why.</summary>
internal static class HistoryStory
{
    /// <summary>A line for each event in the order of their beginnings, with times in milliseconds from the first on.</summary>
    public static string Tell(IReadOnlyList<HistoryEvent> events)
    {
        var start = events.Min(happened => happened.Began);
        return string.Join('\n', events.OrderBy(happened => happened.Began).Select(happened =>
            $"    {At(happened.Began)} to {At(happened.Ended)}: {What(happened)}"));

        string At(long moment) => $"{(moment - start) * 1000.0 / Stopwatch.Frequency:F1}";

        string What(HistoryEvent happened) => happened switch
        {
            Send send => $"send of {send.Key.Id}: {send.Outcome}",
            Delivery delivery => $"delivery of {delivery.Key.Id}, sequence {delivery.Sequence}, attempt {delivery.Attempt}, place {delivery.Position}",
            Ack ack => $"ack of {ack.Key.Id}, {(ack.Confirmed ? "confirmed" : "no answer")}",
            LostReceive lost => $"receive without an answer, leases until {At(lost.LeaseEnds)}",
            _ => happened.ToString()!,
        };
    }
}
