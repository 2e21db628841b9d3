using System.Collections.Immutable;
using Hms.Domain.Mailboxes;
using Hms.Domain.Topics;

namespace Hms.Domain.Tests.Topics.Model;

/// <summary>A message that was published.</summary>
internal sealed record Logged(long Sequence, long Body, string Source, int Id, int Length, long At);

/// <summary>One subscription of one supervisor, from its beginning to its end.</summary>
/// <param name="Number">Which of all in this run.</param>
/// <param name="Start">The sequence before the first that it hears.</param>
/// <param name="Patterns">By what it subscribes.</param>
internal sealed record Subscription(int Number, long Start, ImmutableHashSet<string> Patterns);

/// <summary>What must be known of one topic: everything that was published, and who subscribes.</summary>
internal sealed class TopicTruth(string name, TopicLimits limits) : ITruth
{
    private static readonly ImmutableDictionary<string, Subscription> Nobody =
        ImmutableDictionary.Create<string, Subscription>(StringComparer.Ordinal);

    private readonly Dictionary<long, Subscription> _stamps = [];
    private (ImmutableList<Logged> Log, ImmutableDictionary<string, Subscription> Subscribers, long First) _now = ([], Nobody, 1);
    private (ImmutableList<Logged> Log, ImmutableDictionary<string, Subscription> Subscribers, long First) _durable = ([], Nobody, 1);
    private int _subscriptions;

    public string Name => name;

    public ImmutableList<Logged> Log => _now.Log;

    public ImmutableDictionary<string, Subscription> Subscribers => _now.Subscribers;

    /// <summary>The oldest sequence that is retained.</summary>
    public long First => _now.First;

    public long Last => _now.Log.Count == 0 ? 0 : _now.Log[^1].Sequence;

    public void Commit() => _durable = _now;

    public void Crash() => _now = _durable;

    /// <summary>Takes over what became of a message.</summary>
    public void Published(TopicCommand.Publish command, TopicReply.Published reply, int id, long now)
    {
        var window = (long)limits.DedupWindow.TotalMilliseconds;
        var same = Log.FindLast(message => message.Source == command.Source && message.Id == id && message.At + window > now);
        Assert.Equal(Subscribers.Count - (Subscribers.ContainsKey(command.Source) ? 1 : 0), reply.Deliveries);
        if (reply.Duplicate)
        {
            Assert.True(same?.Sequence == reply.Sequence, $"{reply.Sequence} of {name} is taken for a message that it is not");
            return;
        }

        var latest = Log.Skip(Math.Max(0, Log.Count - limits.DedupMax));
        Assert.False(same is not null && latest.Contains(same), $"a duplicate of {same} was not known");
        Assert.True(reply.Sequence > Last, $"{reply.Sequence} of {name} was used before");
        var message = new Logged(reply.Sequence, command.BodyId, command.Source, id, command.Body.Message.Length, now);
        _now = _now with { Log = Log.Add(message) };
    }

    public void Join(string supervisor, string pattern, long? from)
    {
        var subscription = Subscribers.TryGetValue(supervisor, out var before)
            ? before with { Patterns = before.Patterns.Add(pattern) }
            : new Subscription(++_subscriptions, from is { } first ? Math.Max(first, First) - 1 : Last, [pattern]);
        _now = _now with { Subscribers = Subscribers.SetItem(supervisor, subscription) };
    }

    public void Leave(string supervisor, string pattern)
    {
        if (!Subscribers.TryGetValue(supervisor, out var before))
        {
            return;
        }

        var left = before with { Patterns = before.Patterns.Remove(pattern) };
        _now = _now with
        {
            Subscribers = left.Patterns.IsEmpty ? Subscribers.Remove(supervisor) : Subscribers.SetItem(supervisor, left),
        };
    }

    /// <summary>Takes over what has left the log.</summary>
    public void RetiredTo(long first)
    {
        Assert.True(first >= First, "what had left the log is back");
        _now = _now with { First = first };
    }

    /// <summary>Checks how the topic says that it stands.</summary>
    public void AssertStands(TopicReply.Description description)
    {
        var retained = Log.Where(message => message.Sequence >= First).ToArray();
        Assert.Equal(
            (retained.Length, retained.Sum(message => (long)message.Length), Subscribers.Count, Last + 1),
            (description.Retained, description.Bytes, description.Subscribers, description.Next));
    }

    /// <summary>Checks what is about to be handed out: a crash must not take any of it back.</summary>
    public void HandOut(string supervisor, Feed feed)
    {
        Assert.True(
            _durable.Subscribers.TryGetValue(supervisor, out var subscription),
            $"{supervisor} is fed by {name} before its subscription is durable");
        _stamps.TryAdd(feed.Stamp, subscription);
        Assert.Equal(subscription.Number, _stamps[feed.Stamp].Number);
        Assert.True(feed.First <= _durable.First, "what is to leave the log is said to have left before that is durable");
        foreach (var item in Items.Of(feed))
        {
            var logged = _durable.Log.Find(message => message.Sequence == item.Sequence);
            Assert.True(logged?.Body == item.Body, $"{item.Sequence} of {name} is handed out before it is durable");
        }
    }

    /// <summary>The subscription that a stamp stands for.</summary>
    public Subscription Of(long stamp) => _stamps[stamp];
}
