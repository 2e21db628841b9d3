using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Catalogue;
using Hms.Protocol.Coordination;

namespace Hms.Grains.Tests.Wire;

/// <summary>One value of every type that says as little as can be: no text, no items, no bytes, and structs as they are by default.</summary>
internal static class MinimalSamples
{
    private static readonly TaskOrder Order = new() { Assigner = "", Assignee = "", TaskType = "" };

    private static readonly TaskRecord Task = new()
    {
        Order = Order, Assignee = "", Phase = default, Generation = 0, History = [], CreatedAt = default,
    };

    private static readonly BarrierRecord Barrier = new()
    {
        Call = new BarrierCall("", "", [], 0), Phase = default, Ready = [], Missing = [], Generation = 0,
        CreatedAt = default, DeadlineAt = default,
    };

    private static readonly SupervisorRecord Supervisor = new()
    {
        Id = "", Registration = new Registration(""), Liveness = default, Session = "", RegisteredAt = default, LastSeen = default,
    };

    private static readonly Fault Fault = new(default, "");

    public static IReadOnlyList<Sample> All { get; } =
    [
        Sample.Of(new EnqueueRequest(default, "", "") { BodyHash = 0 }),
        Sample.Of(new Delivery("", 0, 0, default, null, null, default)),
        Sample.Of(Fault),
        Sample.Of(new LockBid("", 0)),
        Sample.Of(default(LockAnswer)),
        Sample.Of(new OutboxDelivery("", 0, default)),
        Sample.Of(Order), Sample.Of(Task), Sample.Of(Barrier), Sample.Of(Supervisor),
        Sample.Of(new Registration("")),
        Sample.Of(default(SendReceipt)),
        Sample.Of(new Heartbeat()),
        Sample.Of(default(Problem)),
        Sample.Of(new FaultException(Fault)),
        Sample.Of(default(EnqueueResult)),
        Sample.Of(default(EnqueueOutcome)),
        Sample.Of(new ReplyTicket("", "", "", [], false)),
        Sample.Of(default(Moved)),
        Sample.Of(new SendRequest(default)),
        Sample.Of(default(SendOutcome)),
        Sample.Of(new ErrorReply(default, default)),
        Sample.Of(new FabricStatus("", "", null, null, new Dictionary<string, long>())),
        Sample.Of(new ReceiveRequest { Max = 0, Lease = default }),
        Sample.Of(new AckResult(0, [])),
        Sample.Of(new NackRequest([])),
        Sample.Of(new DeadLetter(0, "", default, 0, default)),
        Sample.Of(default(MailboxCounts)),
        Sample.Of(new Page<Delivery>([], null)),
        Sample.Of(default(SubscriptionStart)),
        Sample.Of(new TopicRecord("", default, 0, 0, 0, 0, 0)),
        Sample.Of(new Subscription("", [], 0, 0)),
        Sample.Of(new TopicMessage(0, default, default)),
        Sample.Of(new TopicFeed("", 0, 0, 0, 0, 0, default)),
        Sample.Of(new RegistrationResult(false, Supervisor)),
        Sample.Of(new SupervisorQuery()),
        Sample.Of(default(SessionView)),
        Sample.Of(new AbleSupervisor(default, 0)),
        Sample.Of(Traits.None),
        Sample.Of(TaskRetry.None),
        Sample.Of(new TaskEvent(default, default, 0, "", null)),
        Sample.Of(new TaskReport(default(TaskReportKind))),
        Sample.Of(new TaskCreation(false, Task)),
        Sample.Of(new TaskQuery()),
        Sample.Of(default(LockTicket)),
        Sample.Of(default(LockStanding)),
        Sample.Of(new LockRecord { Name = "", FencingToken = 0, Waiters = [] }),
        Sample.Of(new LockRequest("", default, new LockBid("", 0), 0, 0)),
        Sample.Of(Barrier.Call),
        Sample.Of(new BarrierCreation(false, Barrier)),
        Sample.Of(new MessageTypeDefinition("", "", "", [], [], null, default)),
    ];
}
