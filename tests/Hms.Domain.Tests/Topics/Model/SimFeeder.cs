using Hms.Domain.Mailboxes;
using Hms.Domain.Topics;

namespace Hms.Domain.Tests.Topics.Model;

/// <summary>What a topic is handing out: the feeds of one round, or those by which it notes down cursors.</summary>
internal sealed class SimFeeder
{
    private readonly List<(RoundFeed Feed, bool Handed, long? Cursor)> _feeds = [];
    private long? _settlesUpTo;

    public bool IsIdle => _feeds.Count == 0;

    /// <summary>Whether cursors are being noted down.</summary>
    public bool IsSettling => _settlesUpTo is not null;

    public void Begin(IReadOnlyList<RoundFeed> feeds, long? settlesUpTo)
    {
        _settlesUpTo = settlesUpTo;
        _feeds.AddRange(feeds.Select(feed => (feed, false, (long?)null)));
    }

    /// <summary>Takes one that was not handed over yet.</summary>
    public bool TryTake(int pick, out int at, out RoundFeed feed)
    {
        var waiting = Enumerable.Range(0, _feeds.Count).Where(i => !_feeds[i].Handed).ToArray();
        at = waiting.Length == 0 ? 0 : waiting[pick % waiting.Length];
        feed = waiting.Length == 0 ? default : _feeds[at].Feed;
        return waiting.Length > 0;
    }

    public void Handed(int at, long? cursor) => _feeds[at] = (_feeds[at].Feed, true, cursor);

    /// <summary>What the topic is told when it is done.</summary>
    public TopicCommand Results()
    {
        var results = _feeds.Select(one => new FeedResult(one.Feed.Supervisor, one.Feed.Feed.Stamp, one.Cursor)).ToArray();
        return _settlesUpTo is { } upTo ? new TopicCommand.Settled(upTo, results) : new TopicCommand.Fed(results);
    }

    /// <summary>Ends it. What was on its way may arrive all the same.</summary>
    public (string Supervisor, MailboxCommand.Hear Hear)[] Abandon()
    {
        var late = _feeds.Where(one => !one.Handed)
            .Select(one => (one.Feed.Supervisor, new MailboxCommand.Hear(one.Feed.Feed, IsSettling))).ToArray();
        _feeds.Clear();
        _settlesUpTo = null;
        return late;
    }
}
