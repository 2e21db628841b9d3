namespace Hms.Grains;

/// <summary>
/// The way of a message, on the silo that is asked: a client of the cluster has it read, checked and routed there. Its key is <c>0</c>, as is that
/// of all fronts; there is one on each silo, that keeps nothing. (Of several, a cancellation might reach another than the call that it is meant for.)
/// </summary>
[Alias("hms.IMessagesFront")]
public interface IMessagesFront : IGrainWithIntegerKey
{
    /// <summary>As <see cref="IFabric.SendManyAsync"/>.</summary>
    [Alias("sendMany")]
    ValueTask<IReadOnlyList<SendOutcome>> SendManyAsync(IReadOnlyList<SendRequest> requests, CancellationToken cancellationToken);

    /// <summary>As <see cref="IFabric.RequestAsync"/>; the reply is held on a lease in the mailbox of the request's source until it is acknowledged there.</summary>
    [Alias("request")]
    ValueTask<LeasedReply> RequestAsync(SendRequest request, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Gives back a reply that was not acknowledged, so that it is delivered through the mailbox.</summary>
    [Alias("handBack")]
    ValueTask HandBackAsync(LeasedReply reply, CancellationToken cancellationToken);

    /// <summary>As <see cref="IFabric.ValidateAsync"/>.</summary>
    [Alias("validate")]
    ValueTask<IReadOnlyList<Problem>> ValidateAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>As <see cref="IFabric.ProblemAsync"/>, of the silo that is asked.</summary>
    [Alias("problem")]
    ValueTask<string?> ProblemAsync(CancellationToken cancellationToken);

    /// <summary>As <see cref="IFabric.StatusAsync"/>, of the silo that is asked.</summary>
    [Alias("status")]
    ValueTask<FabricStatus> StatusAsync(CancellationToken cancellationToken);
}

/// <summary>The supervisors, through a silo.</summary>
[Alias("hms.ISupervisorsFront")]
public interface ISupervisorsFront : ISupervisors, IGrainWithIntegerKey;

/// <summary>The topics, through a silo.</summary>
[Alias("hms.ITopicsFront")]
public interface ITopicsFront : ITopics, IGrainWithIntegerKey;

/// <summary>The tasks, through a silo.</summary>
[Alias("hms.ITasksFront")]
public interface ITasksFront : ITasks, IGrainWithIntegerKey;

/// <summary>The locks, through a silo.</summary>
[Alias("hms.ILocksFront")]
public interface ILocksFront : ILocks, IGrainWithIntegerKey;

/// <summary>The barriers, through a silo.</summary>
[Alias("hms.IBarriersFront")]
public interface IBarriersFront : IBarriers, IGrainWithIntegerKey;

/// <summary>The message types, through a silo.</summary>
[Alias("hms.IMessageTypesFront")]
public interface IMessageTypesFront : IMessageTypes, IGrainWithIntegerKey;

/// <summary>A reply that the mailbox of its requester holds for it.</summary>
/// <param name="Requester">Whose mailbox.</param>
/// <param name="Reply">The reply; its receipt is empty where there is nothing to acknowledge.</param>
/// <param name="Error">The <c>ErrorResponse</c> that it is; null where it is an ordinary reply.</param>
/// <param name="Durability">The durability of the request that was sent.</param>
/// <param name="HandedFor">Which request it answers, where it was there at once and so is in no mailbox; null for one that is.</param>
[GenerateSerializer]
[Immutable]
[Alias("hms.LeasedReply")]
public sealed record LeasedReply(
    [property: Id(0)] string Requester,
    [property: Id(1)] Delivery Reply,
    [property: Id(2)] ErrorReply? Error,
    [property: Id(3)] Durability Durability,
    [property: Id(4)] string? HandedFor);
