using System.Collections.Concurrent;
using Hms.Protocol.Catalogue;

namespace Hms.Http.Tests;

/// <summary>A fabric that does as a test says, and otherwise the simplest thing that is right.</summary>
internal sealed class FakeFabric : IFabric, ISupervisors, IMessageTypes
{
    public static readonly DateTimeOffset Time = new(2025, 5, 1, 14, 30, 0, TimeSpan.Zero);

    public ISupervisors Supervisors => this;

    public IMessageTypes MessageTypes => this;

    public ITopics Topics => AllTopics;

    public FakeTopics AllTopics { get; } = new();

    public ITasks Tasks => AllTasks;

    public FakeTasks AllTasks { get; } = new();

    public ILocks Locks => AllLocks;

    public FakeLocks AllLocks { get; } = new();

    public IBarriers Barriers => AllBarriers;

    public FakeBarriers AllBarriers { get; } = new();

    public FakeMailbox OneMailbox { get; } = new();

    /// <summary>Stands for <see cref="OneMailbox"/>.</summary>
    public IMailbox? OtherMailbox { get; set; }

    public string? MailboxAsked { get; private set; }

    public SendRequest? Sent { get; private set; }

    public TimeSpan? Waited { get; private set; }

    public (string Id, Registration Registration)? Registered { get; private set; }

    public Heartbeat? Beat { get; private set; }

    /// <summary>Why every heartbeat is refused; null where none is.</summary>
    public Fault? BeatRefusal { get; set; }

    public (string Id, string Json)? Configured { get; private set; }

    public SupervisorQuery? Query { get; private set; }

    public string? Deregistered { get; private set; }

    public MessageTypeDefinition? Put { get; private set; }

    public Func<SendRequest, ValueTask<SendReceipt>>? OnSend { get; set; }

    /// <summary>Everything that was sent, in order.</summary>
    public ConcurrentQueue<SendRequest> AllSent { get; } = new();

    public Func<IReadOnlyList<SendRequest>, ValueTask<IReadOnlyList<SendOutcome>>>? OnSendMany { get; set; }

    public Func<SendRequest, CancellationToken, ValueTask<Reply>>? OnRequest { get; set; }

    public FabricStatus Status { get; set; } = new("standalone", "sqlite", null, 2, new Dictionary<string, long> { ["accepted"] = 3 });

    /// <summary>Whether what has to ask others for its answer is ever answered.</summary>
    public bool StatusAnswers { get; set; } = true;

    public Func<SupervisorRecord>? OnSupervisor { get; set; }

    public bool IsNew { get; set; } = true;

    public static SupervisorRecord Record(string id) => new()
    {
        Id = id,
        Registration = new Registration("runtime") { Roles = ["runtime"] },
        Liveness = Liveness.Alive,
        Session = "s1",
        RegisteredAt = Time,
        LastSeen = Time,
        Mailbox = new MailboxCounts(1, 2, 3),
    };

    public IMailbox Mailbox(string supervisor)
    {
        MailboxAsked = supervisor;
        return OtherMailbox ?? OneMailbox;
    }

    public ValueTask<SendReceipt> SendAsync(SendRequest request, CancellationToken cancellationToken = default)
    {
        Sent = request;
        AllSent.Enqueue(request);
        return OnSend?.Invoke(request) ?? ReadAsync(request);
    }

    public async ValueTask<IReadOnlyList<SendOutcome>> SendManyAsync(
        IReadOnlyList<SendRequest> requests, CancellationToken cancellationToken = default)
    {
        if (OnSendMany is not null)
        {
            return await OnSendMany(requests);
        }

        var outcomes = new List<SendOutcome>();
        foreach (var request in requests)
        {
            try
            {
                outcomes.Add(new SendOutcome(await SendAsync(request, cancellationToken), null));
            }
            catch (FaultException e)
            {
                outcomes.Add(new SendOutcome(default, e.Fault));
            }
        }

        return outcomes;
    }

    public ValueTask<Reply> RequestAsync(SendRequest request, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        Sent = request;
        Waited = wait;
        return OnRequest!(request, cancellationToken);
    }

    public ValueTask<IReadOnlyList<Problem>> ValidateAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        new(new MessageValidator(new MessageTypeSet()).Validate(message));

    public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken = default) => new(Status.Problem);

    public ValueTask<FabricStatus> StatusAsync(CancellationToken cancellationToken = default) =>
        StatusAnswers ? new(Status) : new(new TaskCompletionSource<FabricStatus>().Task.WaitAsync(cancellationToken));

    ValueTask<RegistrationResult> ISupervisors.RegisterAsync(string id, Registration registration, CancellationToken cancellationToken)
    {
        Registered = (id, registration);
        return new(new RegistrationResult(IsNew, Record(id) with { Registration = registration }));
    }

    ValueTask<SupervisorRecord> ISupervisors.GetAsync(string id, CancellationToken cancellationToken) => new(OnSupervisor?.Invoke() ?? Record(id));

    ValueTask<Page<SupervisorRecord>> ISupervisors.ListAsync(SupervisorQuery query, CancellationToken cancellationToken)
    {
        Query = query;
        return new(new Page<SupervisorRecord>([Record("a"), Record("b")], "b"));
    }

    ValueTask ISupervisors.DeregisterAsync(string id, CancellationToken cancellationToken)
    {
        Deregistered = id;
        return ValueTask.CompletedTask;
    }

    ValueTask<SupervisorRecord> ISupervisors.HeartbeatAsync(string id, Heartbeat heartbeat, CancellationToken cancellationToken)
    {
        Beat = heartbeat;
        return BeatRefusal is null
            ? new(Record(id) with { LastHeartbeat = heartbeat, Mailbox = null })
            : throw new FaultException(BeatRefusal);
    }

    ValueTask<SupervisorRecord> ISupervisors.ConfigureAsync(string id, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken)
    {
        Configured = (id, System.Text.Encoding.UTF8.GetString(configuration.Span));
        return new(OnSupervisor?.Invoke() ?? Record(id));
    }

    ValueTask<IReadOnlyList<MessageTypeDefinition>> IMessageTypes.ListAsync(CancellationToken cancellationToken) =>
        new(new MessageTypeSet().All());

    ValueTask<MessageTypeDefinition> IMessageTypes.GetAsync(string type, CancellationToken cancellationToken) =>
        BuiltInTypes.ByName.TryGetValue(type, out var found)
            ? new(found)
            : throw new FaultException(ErrorCode.DestinationNotFound, $"there is no message type {type}");

    ValueTask<bool> IMessageTypes.PutAsync(MessageTypeDefinition definition, CancellationToken cancellationToken)
    {
        Put = definition;
        return new(IsNew);
    }

    private static ValueTask<SendReceipt> ReadAsync(SendRequest request)
    {
        if (!EnvelopeReader.TryRead(request.Message, out var envelope, out var fault))
        {
            throw new FaultException(fault);
        }

        using (envelope)
        {
            return new(new SendReceipt(envelope.Id, 1, false, request.Durability));
        }
    }
}
