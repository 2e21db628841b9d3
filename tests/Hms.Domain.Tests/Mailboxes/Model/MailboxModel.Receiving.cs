using Hms.Domain.Mailboxes;

namespace Hms.Domain.Tests.Mailboxes.Model;

/// <content>Delivery, and what comes after it.</content>
internal sealed partial class MailboxModel
{
    /// <summary>What must be delivered now, in order.</summary>
    public IReadOnlyList<ModelMessage> NextUp(int max, long now)
    {
        var waiting = Held.Where(message => message.IsFree && message.Expires > now).ToList();
        var chosen = new List<ModelMessage>();
        while (chosen.Count < max && waiting.Count > 0)
        {
            // First-in-first-out within one priority; of the first of each, the highest, which may be so by age.
            var next = waiting
                .GroupBy(message => message.Priority)
                .Select(group => group.MinBy(message => message.Sequence)!)
                .OrderByDescending(message => RankOf(message, now))
                .ThenBy(message => message.Sequence)
                .First();
            chosen.Add(next);
            waiting.Remove(next);
        }

        return chosen;
    }

    /// <summary>Checks one delivery against its message, and takes it over.</summary>
    public void Deliver(ModelMessage message, LeasedMessage delivery, long lease, long now)
    {
        var until = now + lease;
        Assert.Equal(
            (message.Sequence, message.Attempts + 1, MailboxRig.Time(until), message.Body),
            (delivery.Sequence, delivery.Attempt, delivery.Until, delivery.Body));
        Assert.DoesNotContain(delivery.Receipt, Receipts);
        Assert.NotEmpty(delivery.Receipt);
        message.Delivery = new ModelDelivery(Hand.Receiver, until, delivery.Receipt, EarlierHold: false);
        _given.Add((message.Sequence, message.Id, delivery.Receipt, _activation));
    }

    /// <summary>Does something with the message of each receipt that holds; returns the stale ones.</summary>
    public IReadOnlyList<string> Settle(IReadOnlyList<string> receipts, Action<ModelMessage> settle)
    {
        var stale = new List<string>();
        foreach (var receipt in receipts)
        {
            if (Held.SingleOrDefault(message => Holds(receipt, message)) is { } message)
            {
                var wasHeld = message.Delivery?.Hand == Hand.Receiver;
                settle(message);
                HasEnded = wasHeld && message.Delivery?.Hand != Hand.Receiver ? 1 : HasEnded;
            }
            else
            {
                stale.Add(receipt);
            }
        }

        return stale;
    }

    public void Ack(ModelMessage message, long now)
    {
        message.Place = Place.Done;
        message.At = now;
        message.Delivery = null;
        message.Kept = message.Request != 0;
        if (message.Kept)
        {
            _kept.Add(message.Sequence);
            while (_kept.Count > limits.RepliesMax)
            {
                _messages.Single(kept => kept.Sequence == _kept[0]).Kept = false;
                _kept.RemoveAt(0);
            }
        }
    }

    public void Nack(ModelMessage message, long delay, bool dead, string? reason, long now)
    {
        message.Attempts += message.Delivery?.Hand == Hand.Lapsed ? 0 : 1;
        var words = string.IsNullOrEmpty(reason) ? null : reason;
        if (dead)
        {
            Bury(message, words ?? "nack", now);
        }
        else if (message.Attempts >= limits.AttemptsMax)
        {
            Bury(message, words ?? "max_attempts", now);
        }
        else if (delay > 0)
        {
            message.Delivery = new ModelDelivery(Hand.Delayed, now + delay, null, EarlierHold: false);
        }
        else
        {
            Return(message);
        }
    }

    public void Return(ModelMessage message)
    {
        message.Delivery = new ModelDelivery(Hand.Returned, 0, null, EarlierHold: false);
        MadeReady++;
    }

    public static void Extend(ModelMessage message, long lease, long now) =>
        message.Delivery = new ModelDelivery(
            Hand.Receiver, now + lease, message.Delivery?.Receipt, message.Delivery?.EarlierHold ?? true);

    private bool Holds(string receipt, ModelMessage message) => message.Delivery is null or { EarlierHold: true }
        ? _given.Exists(given =>
            given.Receipt == receipt && given.Sequence == message.Sequence && given.Id == message.Id && given.Activation != _activation)
        : message.Delivery.Receipt == receipt;

    private long RankOf(ModelMessage message, long now) => limits.AgeingInterval is { } interval
        ? Math.Min(3, (long)message.Priority + ((now - message.At) / (long)interval.TotalMilliseconds))
        : (long)message.Priority;
}
