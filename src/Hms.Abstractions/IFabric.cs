using Hms.Protocol;

namespace Hms.Abstractions;

/// <summary>
/// The fabric, as every front (HTTP, sockets, a .NET program) sees it. A rule broken, or an environment that fails, is a
/// <see cref="FaultException"/>; an answer that is merely "no" is a value.
/// </summary>
public interface IFabric
{
    /// <summary>The supervisors that are registered.</summary>
    ISupervisors Supervisors { get; }

    /// <summary>The topics, and who subscribes to them.</summary>
    ITopics Topics { get; }

    /// <summary>The tasks that supervisors give each other.</summary>
    ITasks Tasks { get; }

    /// <summary>The locks.</summary>
    ILocks Locks { get; }

    /// <summary>The barriers.</summary>
    IBarriers Barriers { get; }

    /// <summary>The message types that are known.</summary>
    IMessageTypes MessageTypes { get; }

    /// <summary>What waits for one supervisor. Naming a mailbox costs nothing; one that is not there says so when it is used.</summary>
    IMailbox Mailbox(string supervisor);

    /// <summary>
    /// Sends one message (section 4.3) and returns when it is durable in its recipient's mailbox, or at once in
    /// <see cref="Durability.Memory"/>. To a topic (section 4.2) and to everybody (section 4.4) it is durable in the log from which it
    /// reaches all who subscribe. Each message of a <c>message_batch</c> is sent by itself.
    /// </summary>
    ValueTask<SendReceipt> SendAsync(SendRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends several messages as <see cref="SendAsync"/> does; what came of each, in their order. One that is refused does not hinder the
    /// others. They reach each destination in the order in which they stand here, and so do those of calls made one after the
    /// other, also where the first has not returned yet.
    /// </summary>
    ValueTask<IReadOnlyList<SendOutcome>> SendManyAsync(
        IReadOnlyList<SendRequest> requests, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends one message and waits for its reply (section 4.1): the first message to its source that carries its correlation id and
    /// comes from its destination or from the fabric. Asking again with the same message goes on waiting for, or returns, the same reply.
    /// </summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.MessageTimeout"/> when <paramref name="wait"/> is over.</exception>
    ValueTask<Reply> RequestAsync(SendRequest request, TimeSpan wait, CancellationToken cancellationToken = default);

    /// <summary>Checks a message (section 10.1) and stores nothing; returns every problem, none where it is valid.</summary>
    ValueTask<IReadOnlyList<Problem>> ValidateAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Why nothing can be written at this moment, as the process that is asked knows it by itself; null where all is well. Nobody else is asked, so
    /// that it is answered at once whatever has become of the others.
    /// </summary>
    ValueTask<string?> ProblemAsync(CancellationToken cancellationToken = default);

    /// <summary>What this fabric is and how it does.</summary>
    ValueTask<FabricStatus> StatusAsync(CancellationToken cancellationToken = default);
}
