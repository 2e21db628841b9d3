using System.Threading.Channels;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Entities;
using Hms.Fabric.Storage;
using Hms.Protocol;
using Hms.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hms.Fabric.Tests.Doubles;

/// <summary>All that an entity's host needs, each part in the test's hands.</summary>
internal sealed class World : IWakeups, IOutboxCarrier
{
    // Only turns what never ends into a failure.
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<Carried> _carried = Channel.CreateUnbounded<Carried>();

    public World(long bodyBytes = 1 << 20)
    {
        Bodies = new BodyCache(bodyBytes);
        Services = new EntityServices(Store, Bodies, new FabricClock(Time), this, this, NullLogger.Instance);
    }

    public HandStore Store { get; } = new();

    public ManualTime Time { get; } = new();

    public BodyCache Bodies { get; }

    public EntityServices Services { get; }

    public List<(EntityKey Key, DateTimeOffset At)> Wakes { get; } = [];

    public EntityHost<CounterState, CounterCommand, CounterReply> Counter(string name = "one", DateTimeOffset? nextWake = null) => new(
        new EntityKey(EntityKind.Catalogue, name),
        Services,
        () => new CounterState { NextWake = nextWake },
        CounterState.Decide,
        new CounterCommand.Wake());

    public async Task<EntityHost<CounterState, CounterCommand, CounterReply>> LoadedCounterAsync(string name = "one")
    {
        var counter = Counter(name);
        await counter.DecideAsync(new CounterCommand.Read());
        return counter;
    }

    public async Task<MailboxEntity> OpenMailboxAsync(FabricMetrics metrics, MailboxLimits? limits = null, string name = "worker")
    {
        var mailbox = new MailboxEntity(name, Services, limits ?? new MailboxLimits(), metrics);
        await Store.CommitUntilAsync(
            mailbox.AcceptAsync(new OutboxDelivery("directory", 1, new OutboxMessage.OpenMailbox(name).Encode())).AsTask());
        return mailbox;
    }

    public void Schedule(EntityKey key, DateTimeOffset at)
    {
        lock (Wakes)
        {
            Wakes.Add((key, at));
        }
    }

    /// <summary>Whether an entity wants to be woken by now; it must ask anew then.</summary>
    public bool TakeDue(EntityKey key)
    {
        lock (Wakes)
        {
            return Wakes.RemoveAll(wake => wake.Key == key && wake.At <= Services.Clock.Now) > 0;
        }
    }

    public async ValueTask<IReadOnlyCollection<long>> CarryAsync(
        string sender, IReadOnlyList<OutboxEntry> messages, CancellationToken cancellationToken)
    {
        // Every mailbox that is opened subscribes to what goes to everybody: no test of this is about that.
        messages = [.. messages.Where(message => message.Message is not OutboxMessage.Subscribe { Topic: Names.Everybody })];
        if (messages.Count == 0)
        {
            return [];
        }

        var carried = new Carried(sender, messages);
        _carried.Writer.TryWrite(carried);
        await carried.Heard.Task;
        return carried.Unheard;
    }

    /// <summary>What is carried next; it is under way until the test says how it ended.</summary>
    public async Task<Carried> NextCarriedAsync() => await _carried.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public bool IsSilent => _carried.Reader.Count == 0;

    public static EnqueueRequest Message(string id, Durability durability = Durability.Fsync, string source = "sender") => new(
        System.Text.Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}"""), source, id)
    {
        BodyHash = Fingerprint.OfId(source, id).High,
        Durability = durability,
    };

    public static async Task<Fault> FaultOfAsync(Task task) =>
        (await Assert.ThrowsAsync<FaultException>(() => task.WaitAsync(Patience))).Fault;

    internal sealed record Carried(string Sender, IReadOnlyList<OutboxEntry> Messages)
    {
        public TaskCompletionSource Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What could not be told.</summary>
        public IReadOnlyCollection<long> Unheard { get; set; } = [];

        public IEnumerable<long> Numbers => Messages.Select(message => message.Number);

        public IEnumerable<string> To => Messages.Select(message => message.Message.To.Name);
    }
}
