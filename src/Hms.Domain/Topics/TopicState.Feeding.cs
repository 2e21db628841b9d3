using System.Runtime.InteropServices;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;

namespace Hms.Domain.Topics;

/// <content>Handing messages to the mailboxes of those who subscribe.</content>
public sealed partial class TopicState
{
    // Places of the log from which one round hands out; who stands at yet another has its turn in the next.
    private const int PartsMax = 64;

    private static readonly Effect FeedSignal = new Effect.Signal(Effect.Signal.Ready);
    private static readonly Effect SettleSignal = new Effect.Signal(Effect.Signal.Ended);

    // When the first of those who are left alone for a while may be fed again.
    private long NextRetry { get; set; } = long.MaxValue;

    internal Step<TopicReply> NextRound(long now)
    {
        List<RoundFeed>? feeds = null;
        var parts = new Dictionary<long, (ReadOnlyMemory<byte> Items, long Last)>();
        foreach (var subscriber in _subscribers.Values)
        {
            if (!subscriber.IsActive || subscriber.Cursor >= Last)
            {
                continue;
            }

            if (subscriber.RetryAt > now)
            {
                NextRetry = Math.Min(NextRetry, subscriber.RetryAt);
                continue;
            }

            var from = Math.Max(subscriber.Cursor + 1, _first);
            if (!parts.TryGetValue(from, out var part))
            {
                if (parts.Count == PartsMax)
                {
                    continue;
                }

                parts.Add(from, part = Part(from));
            }

            subscriber.Offered = Math.Max(subscriber.Offered, part.Last);
            (feeds ??= []).Add(FeedOf(subscriber, part.Last, part.Items));
        }

        // What is handed over must be durable first: a mailbox may keep it, whatever becomes of this process.
        return feeds is null
            ? Step<TopicReply>.Of(TopicReply.Round.Nothing, Rest.Memory)
            : Step<TopicReply>.Of(new TopicReply.Round(feeds));
    }

    internal Step<TopicReply> Fed(TopicCommand.Fed command, long now)
    {
        var retryAt = now + (long)_limits.RetryAfter.TotalMilliseconds;
        foreach (var (name, stamp, cursor) in command.Results)
        {
            if (!_subscribers.TryGetValue(name, out var subscriber) || subscriber.Stamp != stamp || !subscriber.IsActive)
            {
                continue;
            }

            var hasMoved = cursor is { } reached && reached != subscriber.Cursor;
            subscriber.Cursor = cursor ?? subscriber.Cursor;
            subscriber.RetryAt = hasMoved ? 0 : retryAt;
            NextRetry = hasMoved ? NextRetry : Math.Min(NextRetry, retryAt);
        }

        _settleAt = Math.Min(_settleAt, now + (long)_limits.SettleAfter.TotalMilliseconds);
        return Step<TopicReply>.Of(TopicReply.Done.Instance, Rest.Memory);
    }

    internal Step<TopicReply> NextSettling()
    {
        // Up to where the foremost has come: as long as more is published than is handed out, nobody has the whole log.
        var upTo = _watermark;
        foreach (var subscriber in _subscribers.Values)
        {
            if (subscriber.IsActive && subscriber.Cursor > subscriber.Start)
            {
                upTo = Math.Max(upTo, Math.Min(subscriber.Cursor, Last));
            }
        }

        // Of the others it is known already that they have all up to there.
        var feeds = new List<RoundFeed>();
        foreach (var subscriber in _subscribers.Values)
        {
            if (subscriber.IsActive && (subscriber.Behind is not null || (_watermark < upTo && subscriber.Start < upTo)))
            {
                feeds.Add(FeedOf(subscriber, subscriber.Cursor, ReadOnlyMemory<byte>.Empty));
            }
        }

        return Step<TopicReply>.Of(new TopicReply.Settling(upTo, feeds));
    }

    internal Step<TopicReply> Settled(TopicCommand.Settled command, long now)
    {
        _settleAt = long.MaxValue;
        foreach (var (name, stamp, cursor) in command.Results)
        {
            if (!_subscribers.TryGetValue(name, out var subscriber) || subscriber.Stamp != stamp || !subscriber.IsActive)
            {
                continue;
            }

            // Of one who could not be asked nothing more is known than before; one who has lost what it had not for good is fed it again.
            var known = cursor ?? subscriber.Behind ?? Math.Max(subscriber.Start, _watermark);
            long? behind = known < command.UpTo ? known : null;
            subscriber.Cursor = cursor ?? subscriber.Cursor;
            if (behind != subscriber.Behind)
            {
                SetBehind(subscriber, behind);
                Touch(subscriber);
            }
        }

        if (_watermark < command.UpTo)
        {
            _watermark = command.UpTo;
            Changes.Touch(Standing);
        }

        if (_behind > 0)
        {
            _settleAt = now + (long)_limits.SettleAfter.TotalMilliseconds;
        }

        return Step<TopicReply>.Of(TopicReply.Done.Instance, Rest.Memory);
    }

    internal Step<TopicReply> Wake(long now)
    {
        if (NextRetry <= now)
        {
            NextRetry = long.MaxValue;
        }

        if (_subscribers.Count > 0)
        {
            _effects.Add(FeedSignal);
        }

        if (_settleAt <= now)
        {
            // Should nothing come of it, it is asked for again.
            _settleAt = now + (long)_limits.SettleAfter.TotalMilliseconds;
            _effects.Add(SettleSignal);
        }

        return Step<TopicReply>.Of(TopicReply.Done.Instance, Rest.Memory);
    }

    private RoundFeed FeedOf(Subscriber subscriber, long upTo, ReadOnlyMemory<byte> items) => new(
        subscriber.Name, new Feed(_name, subscriber.Stamp, subscriber.Start, subscriber.Cursor, _first, upTo, items));

    private (ReadOnlyMemory<byte> Items, long Last) Part(long from)
    {
        var items = new List<FeedItem>();
        for (var sequence = from; sequence <= Last && items.Count < _limits.FeedMax; sequence++)
        {
            if (_entries.Contains(sequence))
            {
                ref readonly var entry = ref _entries[sequence];
                items.Add(new FeedItem(sequence, entry.SourceOrHolders, entry.Body, entry.At, entry.Ttl, entry.Length, entry.Priority));
            }
        }

        return (FeedItem.Pack(CollectionsMarshal.AsSpan(items)), items.Count == _limits.FeedMax ? items[^1].Sequence : Last);
    }
}
