using static Hms.EndToEnd.Tests.Crash.HistoryEvent;

namespace Hms.EndToEnd.Tests.Crash;

/// <summary>Says what in a history breaks the promises of delivery. Pure: the same history, the same answer.</summary>
/// <remarks>
/// Clients know only when a request left and when its answer was there, so a promise counts as broken only where no order of
/// events within these intervals could have kept it.
/// </remarks>
internal sealed class HistoryChecker
{
    private readonly ILookup<MessageKey, Send> sends;
    private readonly ILookup<MessageKey, Delivery> deliveries;
    private readonly ILookup<MessageKey, Ack> acks;
    private readonly ILookup<string, LostReceive> lostReceives;
    private readonly long[] processEnds;

    private HistoryChecker(IReadOnlyList<HistoryEvent> events)
    {
        sends = events.OfType<Send>().ToLookup(send => send.Key);
        deliveries = events.OfType<Delivery>().ToLookup(delivery => delivery.Key);
        acks = events.OfType<Ack>().ToLookup(ack => ack.Key);
        lostReceives = events.OfType<LostReceive>().ToLookup(lost => lost.Mailbox);
        processEnds = [.. events.OfType<ProcessEnded>().Select(end => end.Began).Order()];
    }

    /// <summary>Every broken promise, as a sentence. The history must end with mailboxes received and acked until empty.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<HistoryEvent> events)
    {
        var history = new HistoryChecker(events);
        return
        [
            .. history.LostMessages(), .. history.ForeignDeliveries(), .. history.ChangedBytes(), .. history.DeliveriesAfterAck(),
            .. history.ChangedSequences(), .. history.WrongReceipts(), .. history.BrokenOrder(),
        ];
    }

    private IEnumerable<string> LostMessages() => sends
        .Where(attempts => attempts.Any(send => send.Acknowledged) && !IsSettled(attempts.Key))
        .Select(attempts => deliveries.Contains(attempts.Key)
            ? $"{attempts.Key} was acknowledged and delivered, but never acked, and is gone."
            : $"{attempts.Key} was acknowledged but never delivered.");

    // An ack without an answer may have been carried out, unless the message was delivered again afterwards.
    private bool IsSettled(MessageKey key) => acks[key].Any(ack =>
        ack.Confirmed || !deliveries[key].Any(delivery => delivery.Began > ack.Ended));

    private IEnumerable<string> ForeignDeliveries()
    {
        foreach (var delivered in deliveries)
        {
            if (!sends.Contains(delivered.Key))
                yield return $"{delivered.Key} was delivered, but nobody sent it.";
            foreach (var delivery in delivered.Where(delivery => delivery.Mailbox != delivery.Key.Destination))
                yield return $"{delivered.Key} was delivered to {delivery.Mailbox}.";
            if (sends[delivered.Key] is var attempts && attempts.Any() && attempts.All(send => send.Outcome == SendOutcome.Refused))
                yield return $"{delivered.Key} was delivered, though every send of it was refused.";
        }
    }

    private IEnumerable<string> ChangedBytes() => deliveries
        .Where(delivered => sends[delivered.Key].FirstOrDefault() is { } sent && delivered.Any(d => !d.Bytes.AsSpan().SequenceEqual(sent.Bytes)))
        .Select(delivered => $"{delivered.Key} was delivered with other bytes than were sent.");

    private IEnumerable<string> DeliveriesAfterAck() => deliveries
        .Where(delivered => acks[delivered.Key].Any(ack => ack.Confirmed && delivered.Any(delivery => delivery.Began > ack.Ended)))
        .Select(delivered => $"{delivered.Key} was delivered after its ack was confirmed.");

    private IEnumerable<string> ChangedSequences() => deliveries
        .Where(delivered => delivered.Select(delivery => delivery.Sequence).Distinct().Skip(1).Any())
        .Select(delivered => $"{delivered.Key} was delivered under several sequences: {string.Join(", ", delivered.Select(d => d.Sequence))}.");

    private IEnumerable<string> WrongReceipts()
    {
        foreach (var send in sends.SelectMany(attempts => attempts))
        {
            var earlier = sends[send.Key].Where(other => other.Began < send.Began);
            if (send.Outcome == SendOutcome.Duplicate && !earlier.Any())
                yield return $"{send.Key} was called a duplicate, but had never been sent before.";
            if (send.Outcome == SendOutcome.Accepted && earlier.Any(other => other.Acknowledged && other.Ended < send.Began))
                yield return $"{send.Key} was accepted as new, though it had been acknowledged before.";
        }
    }

    private IEnumerable<string> BrokenOrder()
    {
        var lanes = sends
            .Where(attempts => attempts.Any(send => send.Acknowledged) && deliveries.Contains(attempts.Key))
            .Select(attempts => new Passage(
                attempts.Key, attempts.First().Priority, attempts.Min(send => send.Began),
                attempts.Where(send => send.Acknowledged).Min(send => send.Ended),
                deliveries[attempts.Key].OrderBy(delivery => delivery.Ended).ThenBy(delivery => delivery.Position).First()))
            .GroupBy(passage => (passage.Key.Source, passage.Key.Destination, passage.Priority));
        return lanes.SelectMany(lane => BrokenOrder([.. lane.OrderBy(passage => passage.AcknowledgedAt)]));
    }

    private IEnumerable<string> BrokenOrder(Passage[] lane)
    {
        foreach (var later in lane)
        {
            // Sorted by acknowledgement: the first one that came after the later one's send ends the search.
            foreach (var earlier in lane.TakeWhile(passage => passage.AcknowledgedAt < later.SentAt))
            {
                if (earlier.First.Sequence > later.First.Sequence)
                    yield return $"{later.Key} was stored before {earlier.Key}, which had been acknowledged before it was sent.";
                else if (deliveries[earlier.Key].All(delivery => CameAfter(delivery, later.First)) && !MayHaveBeenLostBefore(later.First))
                    yield return $"{later.Key} was delivered before {earlier.Key}, which had been acknowledged before it was sent.\n{Story(earlier, later)}";
            }
        }
    }

    private static bool CameAfter(Delivery one, Delivery other) => one.Began == other.Began && one.Ended == other.Ended
        ? one.Position > other.Position
        : one.Began > other.Ended;

    // The earlier message may have gone out with a receive whose answer nobody saw, and be leased to it while the later one is delivered.
    private bool MayHaveBeenLostBefore(Delivery later) => lostReceives[later.Mailbox]
        .Any(lost => lost.Began < later.Ended && later.Began < Math.Min(lost.LeaseEnds, ProcessEndAfter(lost.Began)));

    private long ProcessEndAfter(long moment)
    {
        var at = Array.BinarySearch(processEnds, moment);
        at = at < 0 ? ~at : at;
        return at < processEnds.Length ? processEnds[at] : long.MaxValue;
    }

    /// <summary>What befell two messages, and which receives their mailbox lost in the meantime.</summary>
    private string Story(Passage earlier, Passage later)
    {
        MessageKey[] keys = [earlier.Key, later.Key];
        var ends = keys.SelectMany(key => deliveries[key]).Max(delivery => delivery.Ended);
        return HistoryStory.Tell(
        [
            .. keys.SelectMany(key => sends[key]), .. keys.SelectMany(key => deliveries[key]), .. keys.SelectMany(key => acks[key]),
            .. lostReceives[earlier.Key.Destination].Where(lost => lost.Began < ends),
        ]);
    }

    private sealed record Passage(MessageKey Key, string Priority, long SentAt, long AcknowledgedAt, Delivery First);
}
