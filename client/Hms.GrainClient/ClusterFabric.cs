using Hms.GrainClient.Coordination;
using Hms.GrainClient.Sending;

namespace Hms.GrainClient;

/// <summary>The fabric as a client of its cluster sees it: all but mailboxes goes through the fronts of a silo.</summary>
internal sealed class ClusterFabric(IGrainFactory grains, TimeProvider time) : IFabric
{
    // All fronts have this key.
    private const long Front = 0;

    private readonly IMessagesFront _messages = grains.GetGrain<IMessagesFront>(Front);
    private readonly OrderedSending _sending = new(
        requests => grains.GetGrain<IMessagesFront>(Front).SendManyAsync(requests, CancellationToken.None));

    public ISupervisors Supervisors { get; } = grains.GetGrain<ISupervisorsFront>(Front);

    public ITopics Topics { get; } = grains.GetGrain<ITopicsFront>(Front);

    public ITasks Tasks { get; } = new ClientTasks(grains.GetGrain<ITasksFront>(Front), time);

    public ILocks Locks { get; } = new ClientLocks(grains.GetGrain<ILocksFront>(Front));

    public IBarriers Barriers { get; } = new ClientBarriers(grains.GetGrain<IBarriersFront>(Front), time);

    public IMessageTypes MessageTypes { get; } = grains.GetGrain<IMessageTypesFront>(Front);

    public IMailbox Mailbox(string supervisor) => new ClientMailbox(grains.GetGrain<ISupervisorGrain>(supervisor), time);

    public ValueTask<SendReceipt> SendAsync(SendRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _sending.SendAsync(request, cancellationToken);
    }

    public ValueTask<IReadOnlyList<SendOutcome>> SendManyAsync(
        IReadOnlyList<SendRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return _sending.SendManyAsync(requests, cancellationToken);
    }

    public async ValueTask<Reply> RequestAsync(SendRequest request, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var leased = await _messages.RequestAsync(request, wait, cancellationToken);
        var reply = new ClientReply(leased, _messages, grains.GetGrain<ISupervisorGrain>(leased.Requester));
        if (cancellationToken.IsCancellationRequested)
        {
            await reply.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return reply;
    }

    public ValueTask<IReadOnlyList<Problem>> ValidateAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        _messages.ValidateAsync(message, cancellationToken);

    public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken = default) => _messages.ProblemAsync(cancellationToken);

    public ValueTask<FabricStatus> StatusAsync(CancellationToken cancellationToken = default) => _messages.StatusAsync(cancellationToken);
}
