using System.Text;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Catalogue;
using Hms.Protocol.Coordination;
using ErrorCode = Hms.Protocol.ErrorCode;

namespace Hms.Grains.Tests.Wire;

/// <summary>One value of every type, in which every member says something. Lists are arrays, lists and collection expressions.</summary>
internal static class FullSamples
{
    public static readonly DateTimeOffset At = new(2026, 11, 23, 12, 30, 15, 250, TimeSpan.FromHours(2));

    public static readonly EnqueueRequest Enqueue = new(Bytes("""{"id":"m-1","content":{}}"""), "lexer", "m-1")
    {
        CorrelationId = "c-1",
        IdempotencyKey = "k-1",
        BodyHash = 0xFEDC_BA98_7654_3210,
        Priority = Priority.Critical,
        TtlMs = 60_000,
        Durability = Durability.Memory,
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };

    public static readonly Delivery Delivery = new(
        "r-1",
        42,
        3,
        At,
        "builds.nightly",
        "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        Bytes("""{"id":"m-2","content":[1]}"""));

    public static readonly Fault Fault = new(ErrorCode.Validation, "two members are wrong")
    {
        Problems = [new Problem("/id", "is empty"), new Problem("/ttl", "is negative")],
        Record = Bytes("""{"task_id":"t-1"}"""),
        SourceMessageId = "m-3",
        RetryAfter = TimeSpan.FromMilliseconds(1_500),
    };

    public static readonly LockBid Bid = new("builder", 30_000) { Instance = "pid-17", LockDelayMs = 250 };

    public static readonly LockAnswer Answer = new(true, 9, At, "tester", 4, Renewed: true);

    public static readonly OutboxDelivery Outbox = new("task:t-1", 77, new byte[] { 1, 0, 255, 128 });

    public static readonly TaskOrder Order = new()
    {
        Assigner = "planner",
        Assignee = "builder",
        TaskId = "t-1",
        TaskType = "build",
        Parameters = Bytes("""{"target":"all"}"""),
        Dependencies = new List<string> { "t-0", "t-00" },
        TimeoutMs = 90_000,
        Priority = Priority.High,
        Retry = new TaskRetry(3, true),
    };

    public static readonly TaskRecord Task = new()
    {
        Order = Order,
        Assignee = "tester",
        Phase = TaskPhase.TimedOut,
        Progress = 0.75,
        Result = Bytes("""{"ok":true}"""),
        Error = "nothing was heard of it",
        ErrorCode = Bytes("\"message_timeout\""),
        Generation = 2,
        History =
        [
            new TaskEvent(At, TaskPhase.Assigned, 1, "planner", "first try"),
            new TaskEvent(At, TaskPhase.Running, 2, "tester", "again"),
        ],
        CreatedAt = At,
        DeadlineAt = At.AddMinutes(1),
    };

    public static readonly BarrierRecord Barrier = new()
    {
        Call = new BarrierCall("b-1", "planner", ["builder", "tester"], 5_000),
        Phase = BarrierPhase.Aborted,
        Ready = ["builder"],
        Missing = new[] { "tester" },
        Generation = 6,
        Reason = "tester is dead",
        CreatedAt = At,
        DeadlineAt = At.AddSeconds(5),
    };

    private static readonly Registration Registered = new("compiler")
    {
        Roles = ["runtime", "analysis"],
        Capabilities = new[] { "c", "rust" },
        PublicKey = Bytes("""{"kty":"EC"}"""),
        HeartbeatIntervalMs = 5_000,
        Metadata = Bytes("""{"room":4}"""),
        Restart = true,
    };

    private static readonly SupervisorRecord Supervisor = new()
    {
        Id = "builder",
        Registration = Registered,
        Liveness = Liveness.Dead,
        Session = "builder-12",
        RegisteredAt = At,
        LastSeen = At.AddDays(1),
        LastHeartbeat = Beat,
        Mailbox = new MailboxCounts(1, 2, 3),
    };

    private static readonly SendReceipt Receipt = new("m-4", 5, true, Durability.Memory)
    {
        Results = [new SendOutcome(new SendReceipt("m-5", 1, true, Durability.Memory), Fault)],
    };

    private static Heartbeat Beat => new() { Status = "busy", Load = 0.5, Metrics = Bytes("""{"cpu":90}""") };

    public static IReadOnlyList<Sample> All { get; } =
    [
        Sample.Of(Enqueue), Sample.Of(Delivery), Sample.Of(Fault), Sample.Of(Bid), Sample.Of(Answer), Sample.Of(Outbox), Sample.Of(Order),
        Sample.Of(Task), Sample.Of(Barrier), Sample.Of(Registered), Sample.Of(Supervisor), Sample.Of(Receipt), Sample.Of(Beat),
        Sample.Of(new Problem("/content/0", "is no number")),
        Sample.Of(new FaultException(Fault)),
        Sample.Of(new EnqueueResult(8, true, "m-6", 2)),
        Sample.Of(new EnqueueOutcome(new EnqueueResult(9, true, "m-7", 3), Fault)),
        Sample.Of(new ReplyTicket("lexer", "m-8", "c-8", ["parser", "meta_supervisor"], true)),
        Sample.Of(new Moved(true, true, "m-9")),
        Sample.Of(new SendRequest(Bytes("""{"id":"m-10"}"""))
        {
            Durability = Durability.Memory,
            IdempotencyKey = "k-10",
            TraceParent = "00-2",
        }),
        Sample.Of(new SendOutcome(Receipt, Fault)),
        Sample.Of(new ErrorReply(ErrorCode.Conflict, Bytes("""{"error_code":"conflict"}"""))),
        Sample.Of(new FabricStatus(
            "orleans", "postgres", "is slow", 12, new Dictionary<string, long> { ["sent"] = 5, ["acked"] = long.MaxValue })),
        Sample.Of(new ReceiveRequest { Max = 99, Wait = TimeSpan.FromSeconds(20), Lease = TimeSpan.FromHours(24), AutoAck = true }),
        Sample.Of(new AckResult(3, ["r-2", "r-3"])),
        Sample.Of(new NackRequest(["r-4"]) { Delay = TimeSpan.FromTicks(1), DeadLetter = true, Reason = "broken — für später" }),
        Sample.Of(new DeadLetter(11, "max_attempts", At, 10, Bytes("""{"id":"m-11"}"""))),
        Sample.Of(new MailboxCounts(int.MaxValue, 1, -1)),
        Sample.Of(new Page<Delivery>([Delivery, Delivery with { Sequence = 43 }], "43")),
        Sample.Of(new SubscriptionStart(long.MaxValue)),
        Sample.Of(new TopicRecord("health", At, 2, 10, 8, 4_096, 3)),
        Sample.Of(new Subscription("builder", ["builds.*", "builds.>"], 12, 34)),
        Sample.Of(new TopicMessage(13, At, Bytes("""{"id":"m-12"}"""))),
        Sample.Of(new TopicFeed("health", 1, 2, 3, 4, 5, new byte[] { 0, 1, 2 })),
        Sample.Of(new RegistrationResult(true, Supervisor)),
        Sample.Of(new SupervisorQuery { Liveness = Liveness.Suspect, Role = "ga", After = "b", Limit = 1_000 }),
        Sample.Of(new SessionView("tester", long.MaxValue, true)),
        Sample.Of(new AbleSupervisor(new SessionView("tester", 2, true), 1.25)),
        Sample.Of(new Traits(["runtime"], ["rust", "c"])),
        Sample.Of(new TaskRetry(100, true)),
        Sample.Of(new TaskEvent(At, TaskPhase.Cancelled, 3, "planner", "no longer wanted")),
        Sample.Of(new TaskReport(TaskReportKind.Failure)
        {
            Generation = 4,
            Progress = 0.1,
            Result = Bytes("[1,2]"),
            Error = "out of memory",
            ErrorCode = Bytes("137"),
        }),
        Sample.Of(new TaskCreation(true, Task)),
        Sample.Of(new TaskQuery { Assignee = "builder", Phase = TaskPhase.Failed, After = "t-5", Limit = 7 }),
        Sample.Of(new LockTicket(ulong.MaxValue, 5, 6)),
        Sample.Of(new LockStanding(Answer, 7, 8)),
        Sample.Of(new LockRecord
        {
            Name = "db",
            Holder = "builder",
            Instance = "pid-17",
            FencingToken = 9,
            ExpiresAt = At,
            ClosedUntil = At.AddHours(1),
            Waiters = ["tester", "lexer"],
        }),
        Sample.Of(new LockRequest("db", LockAction.Release, Bid, 1_000, 9)),
        Sample.Of(Barrier.Call),
        Sample.Of(new BarrierCreation(true, Barrier)),
        Sample.Of(new MessageTypeDefinition(
            "build.done", "custom", "a build is done", ["runtime"], ["any", "meta"], "build.seen", Bytes("""{"type":"object"}"""))),
    ];

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
