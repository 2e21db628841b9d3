using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Domain.Locks;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Locks;

/// <summary>One lock, and callers who ask for it.</summary>
internal sealed class LockRig(LockLimits limits) : MachineRig<LockState, LockCommand, LockReply>
{
    private readonly Dictionary<ulong, LockCommand.Acquire> _waiting = [];

    public LockRig()
        : this(new LockLimits())
    {
    }

    protected override LockCommand Wake => new LockCommand.Wake();

    public LockRecord Record => Ask<LockReply.Described>(new LockCommand.Describe()).Record;

    /// <summary>Asks without waiting.</summary>
    public LockAnswer Acquire(
        string owner, long leaseMs = 30_000, long session = 0, string? instance = null, long delayMs = 0, SessionView? head = null) =>
        Ask<LockReply.Answer>(new LockCommand.Acquire(Bid(owner, leaseMs, instance, delayMs), session) { Head = head }).Value;

    /// <summary>Waits with a ticket, or renews it: in the place that it had.</summary>
    public LockAnswer Wait(ulong ticket, string owner, long leaseMs = 30_000, long session = 0, string? instance = null, SessionView? head = null)
    {
        var before = _waiting.GetValueOrDefault(ticket);
        var command = new LockCommand.Acquire(Bid(owner, leaseMs, instance, 0), session) { Ticket = ticket, Since = before?.Since ?? 0, Head = head };
        var answer = Ask<LockReply.Answer>(command);
        _waiting[ticket] = command with { Since = answer.Since };
        return answer.Value;
    }

    /// <summary>Asks by message; the answer comes as a message too.</summary>
    public Step<LockReply> Request(
        string owner, string id, long waitMs = 0, long session = 1, long leaseMs = 30_000, string? instance = null, SessionView? head = null) =>
        Decide(new LockCommand.Acquire(Bid(owner, leaseMs, instance, 0), session) { By = Message(owner, id), WaitMs = waitMs, Head = head });

    public void Release(string owner, long token, SessionView? head = null) => Ask<LockReply.Done>(new LockCommand.Release(owner, token) { Head = head });

    public void Leave(ulong ticket) => Ask<LockReply.Done>(new LockCommand.Leave(ticket));

    public void EndSession(string owner, long upTo) => Ask<LockReply.Done>(new LockCommand.EndSession(owner, upTo));

    /// <summary>What the host does on <see cref="LockState.OfferSignal"/>.</summary>
    public void Look(SessionView? view) => Decide(new LockCommand.Wake { Head = view });

    public bool IsCurrent(long token) => Ask<LockReply.Checked>(new LockCommand.Check(token)).Current;

    public static LockMessage Message(string owner, string id, ulong body = 1) =>
        new(Messages.Stamp(owner, id, body), "c-" + id, "c-" + id, Priority.High);

    protected override LockState Create() => new("db", limits);

    protected override Step<LockReply> Decide(LockState state, LockCommand command, DateTimeOffset now) => LockMachine.Decide(state, command, now);

    private static LockBid Bid(string owner, long leaseMs, string? instance, long delayMs) =>
        new(owner, leaseMs) { Instance = instance, LockDelayMs = delayMs };
}
