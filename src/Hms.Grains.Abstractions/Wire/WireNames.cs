using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Catalogue;
using Hms.Protocol.Coordination;
using Orleans.Serialization.Configuration;

[assembly: TypeManifestProvider(typeof(Hms.Grains.Wire.WireNames))]

namespace Hms.Grains.Wire;

/// <summary>
/// What the types that cross between silos are called where their name goes with them: as a result, as an exception, as what a list holds.
/// These names hold no assembly and no namespace, so a type may move as long as it keeps its name here. (The surrogates' own names are
/// never written.)
/// <para>
/// The types themselves name no Orleans package. Each is stood for by a surrogate of this folder, whose members are known by their ids: an
/// id is never given to another member, and a member that is gone leaves its id unused. A member added later is skipped by older silos, and
/// is null or zero where they send none: its converter must make the right default of that. Within one silo nothing is copied, since the
/// types never change. Their bytes are written as they are, and read into memory of their own.
/// </para>
/// </summary>
internal sealed class WireNames : TypeManifestProviderBase
{
    /// <summary>The types by name.</summary>
    public static IReadOnlyDictionary<string, Type> All { get; } = new Dictionary<string, Type>
    {
        ["hms.AbleSupervisor"] = typeof(AbleSupervisor),
        ["hms.AckResult"] = typeof(AckResult),
        ["hms.BarrierCall"] = typeof(BarrierCall),
        ["hms.BarrierCreation"] = typeof(BarrierCreation),
        ["hms.BarrierRecord"] = typeof(BarrierRecord),
        ["hms.DeadLetter"] = typeof(DeadLetter),
        ["hms.Delivery"] = typeof(Delivery),
        ["hms.EnqueueOutcome"] = typeof(EnqueueOutcome),
        ["hms.EnqueueRequest"] = typeof(EnqueueRequest),
        ["hms.EnqueueResult"] = typeof(EnqueueResult),
        ["hms.ErrorReply"] = typeof(ErrorReply),
        ["hms.FabricStatus"] = typeof(FabricStatus),
        ["hms.Fault"] = typeof(Fault),
        ["hms.FaultException"] = typeof(FaultException),
        ["hms.Heartbeat"] = typeof(Heartbeat),
        ["hms.LockAnswer"] = typeof(LockAnswer),
        ["hms.LockBid"] = typeof(LockBid),
        ["hms.LockRecord"] = typeof(LockRecord),
        ["hms.LockRequest"] = typeof(LockRequest),
        ["hms.LockStanding"] = typeof(LockStanding),
        ["hms.LockTicket"] = typeof(LockTicket),
        ["hms.MailboxCounts"] = typeof(MailboxCounts),
        ["hms.MessageTypeDefinition"] = typeof(MessageTypeDefinition),
        ["hms.Moved"] = typeof(Moved),
        ["hms.NackRequest"] = typeof(NackRequest),
        ["hms.OutboxDelivery"] = typeof(OutboxDelivery),
        ["hms.Page`1"] = typeof(Page<>),
        ["hms.Problem"] = typeof(Problem),
        ["hms.ReceiveRequest"] = typeof(ReceiveRequest),
        ["hms.Registration"] = typeof(Registration),
        ["hms.RegistrationResult"] = typeof(RegistrationResult),
        ["hms.ReplyTicket"] = typeof(ReplyTicket),
        ["hms.SendOutcome"] = typeof(SendOutcome),
        ["hms.SendReceipt"] = typeof(SendReceipt),
        ["hms.SendRequest"] = typeof(SendRequest),
        ["hms.SessionView"] = typeof(SessionView),
        ["hms.Subscription"] = typeof(Subscription),
        ["hms.SubscriptionStart"] = typeof(SubscriptionStart),
        ["hms.SupervisorQuery"] = typeof(SupervisorQuery),
        ["hms.SupervisorRecord"] = typeof(SupervisorRecord),
        ["hms.TaskCreation"] = typeof(TaskCreation),
        ["hms.TaskEvent"] = typeof(TaskEvent),
        ["hms.TaskOrder"] = typeof(TaskOrder),
        ["hms.TaskPhase"] = typeof(TaskPhase),
        ["hms.TaskQuery"] = typeof(TaskQuery),
        ["hms.TaskRecord"] = typeof(TaskRecord),
        ["hms.TaskReport"] = typeof(TaskReport),
        ["hms.TaskRetry"] = typeof(TaskRetry),
        ["hms.TopicFeed"] = typeof(TopicFeed),
        ["hms.TopicMessage"] = typeof(TopicMessage),
        ["hms.TopicRecord"] = typeof(TopicRecord),
        ["hms.Traits"] = typeof(Traits),
    };

    /// <inheritdoc/>
    protected override void ConfigureInner(TypeManifestOptions options)
    {
        foreach (var (name, type) in All)
        {
            options.WellKnownTypeAliases.Add(name, type);
        }
    }
}
