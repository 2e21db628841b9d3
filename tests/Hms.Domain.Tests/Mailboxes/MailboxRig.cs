using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Tests.Entities;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

/// <summary>One mailbox with a clock and a store of its own.</summary>
internal sealed class MailboxRig
{
    public const long Start = 1_800_000_000_000;
    private readonly string _name;
    private readonly MailboxLimits _limits;
    private long _bodies;

    public MailboxRig(MailboxLimits? limits = null, string name = "runtime", bool open = true, long activation = 1)
    {
        (_name, _limits, Activation) = (name, limits ?? new MailboxLimits(), activation);
        State = new MailboxState(_name, _limits, Activation);
        if (open)
        {
            Decide(new MailboxCommand.Open());
        }
    }

    public MailboxState State { get; private set; }

    public MemoryStore Store { get; } = new();

    public long Activation { get; private set; }

    public long Now { get; private set; } = Start;

    public long NextBody => ++_bodies;

    public static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    public void Advance(long ms) => Now += ms;

    public Step<MailboxReply> Decide(MailboxCommand command) => MailboxMachine.Decide(State, command, Time(Now));

    public T Ask<T>(MailboxCommand command)
        where T : MailboxReply
    {
        var step = Decide(command);
        Assert.Null(step.Fault);
        return Assert.IsType<T>(step.Reply);
    }

    public Fault Refused(MailboxCommand command)
    {
        var step = Decide(command);
        Assert.Null(step.Reply);
        return Assert.IsType<Fault>(step.Fault);
    }

    /// <summary>Commits, and reads everything anew as after a restart.</summary>
    public void Restart()
    {
        Store.Commit(State);
        Crash();
    }

    /// <summary>Forgets what is not committed, and reads everything anew.</summary>
    public void Crash() => State = Store.LoadInto(new MailboxState(_name, _limits, ++Activation));

    public MailboxCommand.Enqueue Message(string id, string content = "{}", Priority priority = Priority.Normal, long ttl = 0) => new()
    {
        BodyId = NextBody,
        Body = new MessageBody(System.Text.Encoding.UTF8.GetBytes(content), null),
        Id = Fingerprint.OfId("analysis", id),
        BodyHash = Fingerprint.OfBytes(System.Text.Encoding.UTF8.GetBytes(content)),
        Priority = priority,
        TtlMs = ttl,
    };

    public MailboxReply.Enqueued Send(string id, string content = "{}", Priority priority = Priority.Normal, long ttl = 0) =>
        Ask<MailboxReply.Enqueued>(Message(id, content, priority, ttl));

    public IReadOnlyList<LeasedMessage> Receive(int max = 1_000, long leaseMs = 30_000) =>
        Ask<MailboxReply.Received>(new MailboxCommand.Receive(max, TimeSpan.FromMilliseconds(leaseMs))).Messages;

    public LeasedMessage ReceiveOne(long leaseMs = 30_000) => Assert.Single(Receive(1, leaseMs));

    public MailboxReply.Settled Ack(params string[] receipts) => Ask<MailboxReply.Settled>(new MailboxCommand.Ack(receipts));

    public MailboxReply.Settled Nack(string receipt, long delayMs = 0, bool deadLetter = false, string? reason = null) =>
        Ask<MailboxReply.Settled>(
            new MailboxCommand.Nack([receipt], TimeSpan.FromMilliseconds(delayMs), deadLetter, reason));

    public MailboxReply.Settled Return(string receipt) => Ask<MailboxReply.Settled>(new MailboxCommand.Return([receipt]));

    public MailboxReply.Settled Extend(string receipt, long leaseMs) =>
        Ask<MailboxReply.Settled>(new MailboxCommand.Extend([receipt], TimeSpan.FromMilliseconds(leaseMs)));

    public IReadOnlyList<DeadMessage> DeadLetters() =>
        Ask<MailboxReply.DeadLetterList>(new MailboxCommand.ListDeadLetters(0, int.MaxValue)).Messages;

    public int Redrive(params long[]? sequences) => Ask<MailboxReply.Changed>(new MailboxCommand.Redrive(sequences)).Count;
}
