using System.Collections.Immutable;
using Hms.Domain.Mailboxes;

namespace Hms.Domain.Tests.Topics.Model;

/// <summary>What a mailbox has heard of a topic under one stamp: a message, or that some were lost.</summary>
internal sealed record Heard(string Topic, long Stamp, long From, long UpTo, bool IsLoss);

/// <summary>What must be known of one mailbox: what it holds, and all that it ever heard of topics.</summary>
internal sealed class MailboxTruth(string name) : ITruth
{
    private (ImmutableDictionary<long, long> Holds, ImmutableList<Heard> History) _now = (ImmutableDictionary<long, long>.Empty, []);
    private (ImmutableDictionary<long, long> Holds, ImmutableList<Heard> History) _durable = (ImmutableDictionary<long, long>.Empty, []);

    /// <summary>The bodies of the messages held, dead letters too, by their sequences here.</summary>
    public ImmutableDictionary<long, long> Holds => _now.Holds;

    /// <summary>Bodies that are referred to, by what it holds now or would hold after a crash.</summary>
    public IEnumerable<long> Bodies => _now.Holds.Values.Concat(_durable.Holds.Values);

    public void Commit() => _durable = _now;

    public void Crash() => _now = _durable;

    public void Took(long sequence, long body, Heard heard) => _now = (Holds.Add(sequence, body), _now.History.Add(heard));

    /// <summary>Acknowledged, or deleted as a dead letter.</summary>
    public void Finished(long sequence)
    {
        Assert.True(Holds.ContainsKey(sequence), $"{sequence} was ended in {name}, where it was not");
        _now = _now with { Holds = Holds.Remove(sequence) };
    }

    /// <summary>Checks that what was heard of a topic is all that there was, each once and in order. Returns up to where.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="stamp">The subscription.</param>
    public long HeardUpTo(TopicTruth topic, long stamp)
    {
        var cursor = topic.Of(stamp).Start;
        foreach (var heard in _now.History.Where(heard => heard.Topic == topic.Name && heard.Stamp == stamp))
        {
            Assert.True(heard.From > cursor, $"{name} heard {heard} after {cursor}");
            AssertNothingMissed(topic, cursor + 1, heard.From - 1);
            cursor = heard.UpTo;
        }

        return cursor;
    }

    /// <summary>Checks that there was nothing for it in a part of a topic's log.</summary>
    public void AssertNothingMissed(TopicTruth topic, long from, long upTo)
    {
        var missed = topic.Log.Find(message => message.Sequence >= from && message.Sequence <= upTo && message.Source != name);
        Assert.True(missed is null, $"{name} missed {missed} of {topic.Name}");
    }

    /// <summary>The stamps under which it heard a topic, in the order in which it did.</summary>
    public long[] Stamps(TopicTruth topic) =>
        [.. _now.History.Where(heard => heard.Topic == topic.Name).Select(heard => heard.Stamp).Distinct()];
}
