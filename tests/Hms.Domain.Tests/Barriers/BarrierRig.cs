using System.Text;
using Hms.Domain.Barriers;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Barriers;

/// <summary>One barrier, to which <c>boss</c> calls.</summary>
internal sealed class BarrierRig : MachineRig<BarrierState, BarrierCommand, BarrierReply>
{
    private static readonly BarrierLimits Limits = new();

    public static string[] Abc { get; } = ["a", "b", "c"];

    protected override BarrierCommand Wake => new BarrierCommand.Wake();

    public BarrierRecord Record => Ask<BarrierReply.Described>(new BarrierCommand.Describe()).Record;

    public BarrierPhase Phase => Record.Phase;

    /// <summary>The messages of the latest decision that tell the outcome: to whom, and whether all are ready.</summary>
    public IReadOnlyList<(string To, bool AllReady)> Outcomes =>
        [.. Posts.Where(post => post.Type == "barrier_continue").Select(post => (post.To, post.Flag("all_ready")))];

    /// <summary>A call; all who are not named dead live in their session 1, the initiator where it is registered.</summary>
    public static BarrierCommand.Create Call(
        string[]? participants = null, long timeoutMs = 10_000, string[]? dead = null, bool isRegistered = true, string initiator = "boss")
    {
        participants ??= Abc;
        var known = isRegistered ? participants.Append(initiator).Distinct() : participants;
        return new BarrierCommand.Create(
            new BarrierCall("gate", initiator, participants, timeoutMs),
            [.. known.Select(name => new SessionView(name, 1, !(dead ?? []).Contains(name)))]);
    }

    public BarrierRecord Create(string[]? participants = null, long timeoutMs = 10_000, string[]? dead = null, bool isRegistered = true, string initiator = "boss")
    {
        var described = Ask<BarrierReply.Described>(Call(participants, timeoutMs, dead, isRegistered, initiator));
        Assert.True(described.Created);
        return described.Record;
    }

    public BarrierRecord Arrive(string who, bool ready = true, long? generation = null) =>
        Ask<BarrierReply.Described>(new BarrierCommand.Arrive(who, ready, generation)).Record;

    public static BarrierCommand.Arrive Response(string who, string id, bool ready = true, string passTo = "", ulong body = 1) => new(who, ready, null)
    {
        By = Messages.Stamp(who, id, body),
        PassTo = passTo,
        Message = Messages.Of(who, id, passTo.Length > 0 ? passTo : Names.MetaSupervisor, "barrier_response", """{"barrier_id":"gate","ready":true}"""),
    };

    public static Fingerprint Key(string key) => Fingerprint.OfIdempotencyKey("boss", key);

    public string Json => Encoding.UTF8.GetString(JsonText.Write(Record.WriteTo));

    protected override BarrierState Create() => new("gate", Limits);

    protected override Step<BarrierReply> Decide(BarrierState state, BarrierCommand command, DateTimeOffset now) =>
        BarrierMachine.Decide(state, command, now);
}
