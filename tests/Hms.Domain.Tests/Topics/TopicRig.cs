using System.Text;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Tests.Entities;
using Hms.Domain.Topics;
using Hms.Protocol;

namespace Hms.Domain.Tests.Topics;

/// <summary>One topic with a clock and a store of its own; what it says is gathered.</summary>
internal sealed class TopicRig
{
    public const long Start = 1_800_000_000_000;
    private readonly string _name;
    private readonly TopicLimits _limits;
    private readonly List<Effect> _effects = [];
    private long _bodies;

    public TopicRig(TopicLimits? limits = null, string name = "news", bool open = true)
    {
        (_name, _limits) = (name, limits ?? new TopicLimits());
        State = new TopicState(_name, _limits);
        if (open)
        {
            Decide(new TopicCommand.Open(Start, []));
        }
    }

    public TopicState State { get; private set; }

    public MemoryStore Store { get; } = new();

    public long Now { get; private set; } = Start;

    public static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    public void Advance(TimeSpan time) => Now += (long)time.TotalMilliseconds;

    public Step<TopicReply> Decide(TopicCommand command)
    {
        var step = TopicMachine.Decide(State, command, Time(Now));
        _effects.AddRange(step.Effects);
        return step;
    }

    public T Ask<T>(TopicCommand command)
        where T : TopicReply
    {
        var step = Decide(command);
        Assert.Null(step.Fault);
        return Assert.IsType<T>(step.Reply);
    }

    public Fault Refused(TopicCommand command)
    {
        var step = Decide(command);
        Assert.Null(step.Reply);
        return Assert.IsType<Fault>(step.Fault);
    }

    /// <summary>What was said since this was last asked.</summary>
    public OutboxMessage[] Said()
    {
        var said = _effects.OfType<Effect.Send>().Select(send => send.Message).ToArray();
        _effects.Clear();
        return said;
    }

    /// <summary>What was signalled since this was last asked.</summary>
    public ulong[] Signalled()
    {
        var signalled = _effects.OfType<Effect.Signal>().Select(signal => signal.What).Distinct().ToArray();
        _effects.Clear();
        return signalled;
    }

    /// <summary>Commits, and reads everything anew as after a restart.</summary>
    public void Restart()
    {
        Store.Commit(State);
        Crash();
    }

    /// <summary>Forgets what is not committed, and reads everything anew.</summary>
    public void Crash() => State = Store.LoadInto(new TopicState(_name, _limits));

    public TopicCommand.Publish Message(string id, string source = "outsider", string content = "{}") => new()
    {
        BodyId = ++_bodies,
        Body = new MessageBody(Encoding.UTF8.GetBytes(content), null),
        Source = source,
        Id = Fingerprint.OfId(source, id),
        BodyHash = Fingerprint.OfBytes(Encoding.UTF8.GetBytes(content)),
    };

    public TopicReply.Published Publish(string id, string source = "outsider", string content = "{}") =>
        Ask<TopicReply.Published>(Message(id, source, content));

    /// <summary>Publishes so many, each with an id of its own.</summary>
    public void PublishMany(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Publish($"{i} after {_bodies}");
        }
    }

    public void Subscribe(string supervisor, long? from = null, string pattern = "") =>
        Ask<TopicReply.Done>(new TopicCommand.Subscribe(supervisor, pattern, from));

    public void Unsubscribe(string supervisor, string pattern = "") =>
        Ask<TopicReply.Done>(new TopicCommand.Unsubscribe(supervisor, pattern));

    public IReadOnlyList<RoundFeed> NextRound() => Ask<TopicReply.Round>(new TopicCommand.NextRound()).Feeds;

    public Feed FeedOf(string supervisor) => Assert.Single(NextRound(), feed => feed.Supervisor == supervisor).Feed;

    /// <summary>Tells of one mailbox how far it has come; null where it could not be reached.</summary>
    public void Fed(string supervisor, Feed feed, long? cursor) =>
        Decide(new TopicCommand.Fed([new FeedResult(supervisor, feed.Stamp, cursor)]));

    /// <summary>Rounds in which every mailbox takes everything. Returns how many there were.</summary>
    public int FeedAll()
    {
        var rounds = 0;
        for (; NextRound() is { Count: > 0 } feeds; rounds++)
        {
            Decide(new TopicCommand.Fed([.. feeds.Select(feed => new FeedResult(feed.Supervisor, feed.Feed.Stamp, feed.Feed.UpTo))]));
        }

        return rounds;
    }

    public TopicReply.Settling NextSettling() => Ask<TopicReply.Settling>(new TopicCommand.NextSettling());

    /// <summary>Notes down the cursors of all who are asked, as far as the topic knows them.</summary>
    public void SettleAll()
    {
        var settling = NextSettling();
        Decide(new TopicCommand.Settled(
            settling.UpTo, [.. settling.Feeds.Select(feed => new FeedResult(feed.Supervisor, feed.Feed.Stamp, feed.Feed.After))]));
    }

    public void Hold(string supervisor, long upTo, params long[] sequences) =>
        Decide(new TopicCommand.Held(supervisor, upTo, sequences));

    public void Release(params long[] sequences) => Decide(new TopicCommand.Release(sequences));

    public TopicReply.Description Describe() => Ask<TopicReply.Description>(new TopicCommand.Describe());

    public SubscriberRecord[] Subscribers() =>
        [.. Ask<TopicReply.SubscriberList>(new TopicCommand.ListSubscribers("", int.MaxValue)).Items];
}
