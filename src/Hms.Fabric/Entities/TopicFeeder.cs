using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Topics;
using Microsoft.Extensions.Logging;

namespace Hms.Fabric.Entities;

/// <summary>
/// Hands what is published to the mailboxes of those who subscribe, round by round: while one round is under way the next gathers, so
/// that under load many messages go in one call. A mailbox that is full or fails holds up nobody; it is asked again later.
/// </summary>
internal sealed partial class TopicFeeder(
    EntityHost<TopicState, TopicCommand, TopicReply> host, IEntities entities, IBackground background, ILogger logger)
{
    private const int InFlightMax = 256;

    private readonly Lock _gate = new();
    private bool _running;
    private bool _feed;
    private bool _settle;

    /// <summary>Whether nothing is under way.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return !_running;
            }
        }
    }

    /// <summary>Hears what the machine signals: that there is something to hand out, or cursors to note down.</summary>
    public void Hear(ulong signal)
    {
        lock (_gate)
        {
            _feed |= signal == Effect.Signal.Ready;
            _settle |= signal == Effect.Signal.Ended;
            if (_running)
            {
                return;
            }

            _running = true;
        }

        _ = background.RunAsync(RunAsync);
    }

    private async Task RunAsync()
    {
        while (TakeWork(out var settle))
        {
            try
            {
                if (await FeedAsync())
                {
                    // There may be more. Cursors are noted down in between, however much is published.
                    Hear(Effect.Signal.Ready);
                }

                if (settle)
                {
                    await SettleAsync();
                }
            }
#pragma warning disable CA1031 // Whatever went wrong: what is in the log is handed out at the next occasion.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogNotFed(logger, e, host.Key);
                host.RetryLater();
            }
        }
    }

    private bool TakeWork(out bool settle)
    {
        lock (_gate)
        {
            settle = _settle;
            _running = _feed || _settle;
            _feed = _settle = false;
            return _running;
        }
    }

    /// <summary>One round; false where nobody is to be fed.</summary>
    private async Task<bool> FeedAsync()
    {
        if (await host.DecideAsync(new TopicCommand.NextRound()) is not TopicReply.Round { Feeds: { Count: > 0 } feeds })
        {
            return false;
        }

        await host.DecideAsync(new TopicCommand.Fed(await HandOutAsync(feeds, durable: false)));
        return true;
    }

    private async Task SettleAsync()
    {
        var settling = (TopicReply.Settling)await host.DecideAsync(new TopicCommand.NextSettling());
        var results = await HandOutAsync(settling.Feeds, durable: true);
        await host.DecideAsync(new TopicCommand.Settled(settling.UpTo, results));
    }

    private async Task<FeedResult[]> HandOutAsync(IReadOnlyList<RoundFeed> feeds, bool durable)
    {
        var results = new FeedResult[feeds.Count];
        var inFlight = new List<Task>();
        for (var i = 0; i < results.Length; i++)
        {
            var (supervisor, feed) = feeds[i];
            var hearing = HearAsync(supervisor, feed, durable);
            if (hearing.IsCompletedSuccessfully)
            {
                results[i] = new FeedResult(supervisor, feed.Stamp, hearing.Result);
                continue;
            }

            inFlight.Add(NoteAsync(results, i, supervisor, feed.Stamp, hearing));
            if (inFlight.Count == InFlightMax)
            {
                await Task.WhenAll(inFlight);
                inFlight.Clear();
            }
        }

        await Task.WhenAll(inFlight);
        return results;
    }

    private ValueTask<long> HearAsync(string supervisor, Feed feed, bool durable)
    {
        try
        {
            return entities.Mailbox(supervisor).HearAsync(
                new TopicFeed(feed.Topic, feed.Stamp, feed.Start, feed.After, feed.First, feed.UpTo, feed.Items), durable);
        }
#pragma warning disable CA1031 // What is thrown at once is no other than what is thrown later.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ValueTask.FromException<long>(e);
        }
    }

    private async Task NoteAsync(FeedResult[] results, int at, string supervisor, long stamp, ValueTask<long> hearing)
    {
        long? cursor = null;
        try
        {
            cursor = await hearing;
        }
        catch (FaultException)
        {
            // Its mailbox is closed, or the store is away: it is asked again later.
        }
#pragma warning disable CA1031 // One mailbox that is broken spoils no other (section 6.3).
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotHeard(logger, e, host.Key, supervisor);
        }

        results[at] = new FeedResult(supervisor, stamp, cursor);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topic} could not hand out what was published, and tries again")]
    private static partial void LogNotFed(ILogger logger, Exception e, EntityKey topic);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topic} could not reach the mailbox of {Supervisor}, and tries again")]
    private static partial void LogNotHeard(ILogger logger, Exception e, EntityKey topic, string supervisor);
}
