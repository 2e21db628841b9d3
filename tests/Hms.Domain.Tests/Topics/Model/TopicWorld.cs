using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.TopicRegistry;
using Hms.Domain.Topics;
using Hms.Protocol;

namespace Hms.Domain.Tests.Topics.Model;

/// <summary>
/// Three mailboxes (0 to 2), a topic (3), the topic that everybody hears (4) and the registry of topics (5), each in a host of its own,
/// with what they say to each other and what topics hand to mailboxes on the way for as long as the run likes. Every step is checked
/// against what was published, and who subscribed.
/// </summary>
internal sealed partial class TopicWorld
{
    public const string News = "news";
    private const int Mailboxes = 3;
    private const int Registry = Mailboxes + 2;
    private static readonly string[] Names = ["m0", "m1", "m2", "outsider"];

    private readonly SimEntity<MailboxState, MailboxCommand, MailboxReply>[] _mailboxes;
    private readonly SimEntity<TopicState, TopicCommand, TopicReply>[] _topics;
    private readonly SimEntity<TopicRegistryState, TopicRegistryCommand, TopicRegistryReply> _registry;
    private readonly SimEntity[] _entities;
    private readonly MailboxTruth[] _held;
    private readonly TopicTruth[] _logs;
    private readonly List<(int Mailbox, long Sequence, string Receipt)> _receipts = [];
    private readonly HashSet<int> _decided = [];
    private readonly MailboxLimits _mailboxLimits;
    private readonly TopicLimits _topicLimits;
    private readonly bool _drains;
    private long _now = 1_800_000_000_000;
    private long _bodies;
    private long _activations;
    private int _id;

    private TopicWorld(bool tight)
    {
        _drains = tight;
        _mailboxLimits = new MailboxLimits { DepthMax = tight ? 4 : 1_000, BytesMax = tight ? 60 : 1_000_000, AttemptsMax = 3 };
        _topicLimits = new TopicLimits
        {
            RetentionAge = TimeSpan.FromMinutes(1),
            RetentionMessages = tight ? 6 : 1_000,
            RetentionBytes = tight ? 120 : 1_000_000,
            DedupWindow = TimeSpan.FromSeconds(20),
            DedupMax = tight ? 4 : 1_000,
            FeedMax = 3,
        };
        _held = [.. Names.Take(Mailboxes).Select(name => new MailboxTruth(name))];
        _logs = [new TopicTruth(News, _topicLimits), new TopicTruth(Protocol.Names.Everybody, _topicLimits)];
        _mailboxes = [.. Enumerable.Range(0, Mailboxes).Select(Mailbox)];
        _topics = [Topic(0), Topic(1)];
        _registry = new(
            EntityKey.Topics, () => new TopicRegistryState(_topicLimits), TopicRegistryMachine.Decide, ToRegistry,
            new TopicRegistryCommand.Wake(), new NoTruth(), (_, _) => { });
        _entities = [.. _mailboxes, .. _topics, _registry];
        _feeders = [new SimFeeder(), new SimFeeder()];
        _registry.Decide(new TopicRegistryCommand.Open(News), _now);
        Array.ForEach(_mailboxes, mailbox => mailbox.Decide(new MailboxCommand.Open(), _now));
        ComeToRest(1_000);
    }

    /// <summary>Runs one run, and after it goes on until everything that can happen has.</summary>
    public static void Check(TopicRun run)
    {
        var world = new TopicWorld(run.Tight);
        for (var i = 0; i < run.Ops.Length; i++)
        {
            try
            {
                world.Do(run.Ops[i]);
                world.CheckStep();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"step {i}, {run.Ops[i]}: {e.Message}", e);
            }
        }

        world.Finish();
    }

    private SimEntity<MailboxState, MailboxCommand, MailboxReply> Mailbox(int number) => new(
        EntityKey.Mailbox(Names[number]),
        () => new MailboxState(Names[number], _mailboxLimits, ++_activations),
        MailboxMachine.Decide,
        message => message is OutboxMessage.Retire retire
            ? new MailboxCommand.Retire(retire.Topic, retire.UpTo)
            : throw new InvalidOperationException($"a mailbox is told {message}"),
        new MailboxCommand.Wake(),
        _held[number],
        (_, _) => _decided.Add(number));

    private SimEntity<TopicState, TopicCommand, TopicReply> Topic(int number) => new(
        EntityKey.Topic(_logs[number].Name),
        () => new TopicState(_logs[number].Name, _topicLimits),
        TopicMachine.Decide,
        ToTopic,
        new TopicCommand.Wake(),
        _logs[number],
        (command, step) => Observe(number, command, step));

    private static TopicCommand ToTopic(OutboxMessage message) => message switch
    {
        OutboxMessage.OpenTopic open => new TopicCommand.Open(open.CreatedAtMs, open.Subscribers),
        OutboxMessage.Subscribe subscribe => new TopicCommand.Subscribe(subscribe.Supervisor, subscribe.Pattern, subscribe.From),
        OutboxMessage.Unsubscribe unsubscribe => new TopicCommand.Unsubscribe(unsubscribe.Supervisor, unsubscribe.Pattern),
        OutboxMessage.Held held => new TopicCommand.Held(held.Supervisor, held.UpTo, held.Sequences),
        OutboxMessage.Release release => new TopicCommand.Release(release.Sequences),
        _ => throw new InvalidOperationException($"a topic is told {message}"),
    };

    private static TopicRegistryCommand ToRegistry(OutboxMessage message) => message switch
    {
        OutboxMessage.SubscribePattern subscribe =>
            new TopicRegistryCommand.Subscribe(subscribe.Pattern, subscribe.Supervisor, subscribe.From),
        OutboxMessage.UnsubscribePattern unsubscribe =>
            new TopicRegistryCommand.Unsubscribe(unsubscribe.Pattern, unsubscribe.Supervisor),
        _ => throw new InvalidOperationException($"the registry is told {message}"),
    };

    /// <summary>Takes over what a topic has decided.</summary>
    private void Observe(int topic, TopicCommand command, Step<TopicReply> step)
    {
        if (command is TopicCommand.Describe || step.Fault is not null)
        {
            return;
        }

        var log = _logs[topic];
        var described = (TopicReply.Description)_topics[topic].Decide(new TopicCommand.Describe(), _now).Reply!;
        log.RetiredTo(described.First);
        switch (command)
        {
            case TopicCommand.Publish publish:
                log.Published(publish, (TopicReply.Published)step.Reply!, _id, _now);
                break;
            case TopicCommand.Open open:
                open.Subscribers.ToList().ForEach(subscriber => log.Join(subscriber.Supervisor, subscriber.Pattern, from: null));
                break;
            case TopicCommand.Subscribe subscribe:
                log.Join(subscribe.Supervisor, subscribe.Pattern, subscribe.From);
                break;
            case TopicCommand.Unsubscribe unsubscribe:
                log.Leave(unsubscribe.Supervisor, unsubscribe.Pattern);
                break;
        }

        log.AssertStands(described);
    }

    /// <summary>Checks what must hold after every step.</summary>
    private void CheckStep()
    {
        foreach (var mailbox in _decided)
        {
            CheckHolds(mailbox);
        }

        _decided.Clear();
        for (var mailbox = 0; mailbox < Mailboxes; mailbox++)
        {
            foreach (var body in _held[mailbox].Bodies)
            {
                Assert.True(IsThere(mailbox, body), $"{Names[mailbox]} holds body {body}, which is gone");
            }
        }
    }

    private bool IsThere(int mailbox, long body) =>
        _topics.Any(topic => topic.Store.Bodies.ContainsKey(body))
        || _mailboxes[mailbox].Store.Bodies.ContainsKey(body)
        || _mailboxes[mailbox].State.Changes.Bodies.ContainsKey(body);

    /// <summary>Checks that a mailbox holds what it was given and has not ended, each once.</summary>
    private void CheckHolds(int mailbox) => Assert.Equal(
        _held[mailbox].Holds.OrderBy(held => held.Key).Select(held => (held.Key, held.Value)), Held(mailbox));

    /// <summary>What a mailbox holds, by looking into a copy of it at a time when nothing is due.</summary>
    private (long Sequence, long Body)[] Held(int mailbox)
    {
        var copy = _mailboxes[mailbox].Store.With(_mailboxes[mailbox].State)
            .LoadInto(new MailboxState(Names[mailbox], new MailboxLimits(), 1));
        var all = new MailboxCommand.Receive(int.MaxValue, TimeSpan.FromMinutes(1));
        var dead = new MailboxCommand.ListDeadLetters(0, int.MaxValue);
        return
        [
            .. Held(MailboxMachine.Decide(copy, all, DateTimeOffset.UnixEpoch).Reply)
                .Concat(Held(MailboxMachine.Decide(copy, dead, DateTimeOffset.UnixEpoch).Reply))
                .OrderBy(held => held.Sequence),
        ];
    }

    private static IEnumerable<(long Sequence, long Body)> Held(MailboxReply? reply) => reply switch
    {
        MailboxReply.Received received => received.Messages.Select(message => (message.Sequence, message.Body)),
        MailboxReply.DeadLetterList list => list.Messages.Select(message => (message.Sequence, message.Body)),

        // A mailbox that is closed, or never was opened.
        _ => [],
    };

    private sealed class NoTruth : ITruth
    {
        public void Commit()
        {
        }

        public void Crash()
        {
        }
    }
}
