using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes.Model;

/// <summary>
/// What a mailbox should do, as simply as it can be said: a list that is scanned from one end to the other for every question. It says
/// what must be; where the machine may choose (which of several equal replies, what it forgets beyond the cap), it follows.
/// </summary>
internal sealed partial class MailboxModel(MailboxLimits limits)
{
    private List<ModelMessage> _messages = [];
    private List<ModelMessage> _durable = [];
    private List<long> _kept = [];
    private List<long> _durableKept = [];
    private bool _durablyOpen;
    private bool _durablyKnown;
    private SortedSet<string> _subscriptions = new(StringComparer.Ordinal);
    private SortedSet<string> _durableSubscriptions = new(StringComparer.Ordinal);
    private Dictionary<int, (int Request, long Until)> _tickets = [];
    private readonly List<(long Sequence, string Id, string Receipt, long Activation)> _given = [];
    private long _activation = 1;

    public bool IsOpen { get; private set; }

    /// <summary>Whether it was ever open.</summary>
    public bool IsKnown { get; private set; }

    public IReadOnlyList<ModelMessage> Messages => _messages;

    public IReadOnlyList<string> Receipts => [.. _given.Select(given => given.Receipt)];

    public IEnumerable<ModelMessage> Held => _messages.Where(message => message.Place == Place.Held);

    public IEnumerable<ModelMessage> Dead => _messages.Where(message => message.Place == Place.Dead);

    /// <summary>What the last step reported as expired.</summary>
    public List<(long Sequence, long Body)> Expired { get; } = [];

    /// <summary>What the last step told topics of subscriptions.</summary>
    public List<OutboxMessage> Told { get; } = [];

    /// <summary>How many messages became ready in the last step.</summary>
    public int MadeReady { get; private set; }

    /// <summary>1 where something that a receiver held in the last step is held no more.</summary>
    public int HasEnded { get; private set; }

    /// <summary>Everything that is overdue; comes before every command.</summary>
    public void Begin(long now)
    {
        Expired.Clear();
        Told.Clear();
        MadeReady = HasEnded = 0;
        foreach (var message in Held.Where(message => message.Delivery?.Until <= now).OrderBy(message => message.Delivery!.Until).ToArray())
        {
            var hand = message.Delivery!.Hand;
            if (hand is not (Hand.Receiver or Hand.Reserved or Hand.Delayed))
            {
                continue;
            }

            message.Delivery = message.Delivery with { Hand = Hand.Lapsed };
            message.Attempts += hand == Hand.Receiver ? 1 : 0;
            HasEnded = hand == Hand.Receiver ? 1 : HasEnded;
            if (hand == Hand.Receiver && message.Attempts >= limits.AttemptsMax)
            {
                Bury(message, "max_attempts", now);
            }
            else
            {
                MadeReady++;
            }
        }

        foreach (var message in Held.Where(message => message.Expires <= now && message.Delivery?.Hand != Hand.Receiver).ToArray())
        {
            Expired.Add((message.Sequence, message.Body));
            Bury(message, "expired", now);
        }

        foreach (var message in _messages.Where(message => IsOverdueForForgetting(message, now)).ToArray())
        {
            _messages.Remove(message);
            _kept.Remove(message.Sequence);
        }

        MarkBeyondCap();
    }

    /// <summary>Marks what the cap allows to be forgotten; comes after every command too.</summary>
    public void MarkBeyondCap()
    {
        foreach (var message in _messages.Where(message => message.Place == Place.Done))
        {
            var asLate = _messages.Count(other => other.Place == Place.Done && other.At >= message.At);
            message.MayBeForgotten |= asLate > limits.DedupMax;
        }
    }

    public void Open()
    {
        if (!IsOpen)
        {
            (IsOpen, IsKnown) = (true, true);
            Add(Names.Everybody, from: null);
        }
    }

    /// <summary>Whether the subscription is new; null where there are too many.</summary>
    public bool? Subscribe(string topic, long? from)
    {
        if (_subscriptions.Contains(topic))
        {
            return false;
        }

        if (_subscriptions.Count >= limits.SubscriptionsMax)
        {
            return null;
        }

        Add(topic, from);
        return true;
    }

    /// <summary>Whether there was such a subscription.</summary>
    public bool Unsubscribe(string topic)
    {
        if (!_subscriptions.Remove(topic))
        {
            return false;
        }

        Told.Add(topic.Contains('>', StringComparison.Ordinal)
            ? new OutboxMessage.UnsubscribePattern(topic, "runtime")
            : new OutboxMessage.Unsubscribe(topic, "runtime", ""));
        return true;
    }

    public void Close(long now)
    {
        foreach (var message in IsOpen ? Held.ToArray() : [])
        {
            HasEnded = message.Delivery?.Hand == Hand.Receiver ? 1 : HasEnded;
            Bury(message, "deregistered", now);
        }

        foreach (var topic in _subscriptions.ToArray())
        {
            Unsubscribe(topic);
        }

        IsOpen = false;
    }

    public int Redrive(IReadOnlyList<long>? sequences, long now)
    {
        var redriven = Dead.Where(message => sequences is null || sequences.Contains(message.Sequence)).ToArray();
        foreach (var message in redriven)
        {
            message.Place = Place.Held;
            message.Attempts = 0;
            message.At = now;
            message.Reason = null;
            MadeReady++;
        }

        return redriven.Length;
    }

    public int Purge(long now)
    {
        var purged = Dead.ToArray();
        foreach (var message in purged)
        {
            Drop(message, now);
        }

        return purged.Length;
    }

    public void Commit()
    {
        _durable = Copy(_messages);
        _durableKept = [.. _kept];
        _durableSubscriptions = new(_subscriptions, StringComparer.Ordinal);
        (_durablyOpen, _durablyKnown) = (IsOpen, IsKnown);
    }

    public void Crash()
    {
        // What is beyond the cap stays there: it may have been forgotten in the commit already.
        _messages = Copy(_durable);
        _messages.ForEach(message => message.Delivery = null);
        _kept = [.. _durableKept.Order().OrderBy(sequence => _messages.Single(message => message.Sequence == sequence).At)];
        (IsOpen, IsKnown) = (_durablyOpen, _durablyKnown);
        _subscriptions = new(_durableSubscriptions, StringComparer.Ordinal);
        _tickets = [];
        _activation++;
    }

    /// <summary>The earliest time at which something must happen by itself.</summary>
    public long NextDeadline() => Held
        .SelectMany(message => new[]
        {
            message.Delivery is { IsOut: true } or { Hand: Hand.Delayed } ? message.Delivery.Until : long.MaxValue,
            message.Delivery?.Hand == Hand.Receiver ? long.MaxValue : message.Expires,
        })
        .DefaultIfEmpty(long.MaxValue)
        .Min();

    /// <summary>The earliest time at which something must happen even after a restart.</summary>
    public long NextDurableDeadline() => Held
        .Where(message => message.Delivery?.Hand != Hand.Receiver)
        .Select(message => message.Expires)
        .DefaultIfEmpty(long.MaxValue)
        .Min();

    private bool IsOverdueForForgetting(ModelMessage message, long now) =>
        message.Place == Place.Done && message.At + (long)limits.DedupWindow.TotalMilliseconds <= now;

    private void Add(string topic, long? from)
    {
        _subscriptions.Add(topic);
        Told.Add(topic.Contains('>', StringComparison.Ordinal)
            ? new OutboxMessage.SubscribePattern(topic, "runtime", from)
            : new OutboxMessage.Subscribe(topic, "runtime", "", from));
    }

    private void Bury(ModelMessage message, string reason, long now)
    {
        message.Place = Place.Dead;
        message.Reason = reason;
        message.At = now;
        message.Delivery = message.Delivery is null ? null : new ModelDelivery(Hand.Returned, 0, null, EarlierHold: false);
        while (Dead.Count() > limits.DeadLettersMax)
        {
            Drop(Dead.MinBy(dead => dead.Sequence)!, now);
        }
    }

    private static void Drop(ModelMessage message, long now)
    {
        message.Place = Place.Done;
        message.At = now;
        message.Delivery = null;
    }

    private static List<ModelMessage> Copy(List<ModelMessage> messages) => [.. messages.Select(message => message with { })];
}
