using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Tests.Doubles;

/// <summary>A directory that knows who is registered, and nothing else.</summary>
internal sealed class SomeDirectory(IReadOnlySet<string> registered) : IDirectoryPort
{
    public ValueTask<IReadOnlyList<SessionView>> ViewSessionsAsync(
        IReadOnlyList<string> ids, CancellationToken cancellationToken = default) =>
        new([.. ids.Select(id => registered.Contains(id) ? new SessionView(id, 1, true) : new SessionView(id, 0, false))]);

    public ValueTask<RegistrationResult> RegisterAsync(
        string id, Registration registration, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<Moved> RegisterAsync(
         EnqueueRequest message, Registration registration, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask DeregisterAsync(
        string id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<Moved> DeregisterAsync(
        EnqueueRequest message, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<SupervisorRecord> HeartbeatAsync(
        string id, Heartbeat heartbeat, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<SupervisorRecord> GetAsync(
        string id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<SupervisorRecord>> ListAsync(
        SupervisorQuery query, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<SupervisorRecord> ConfigureAsync(
         string id, long? heartbeatIntervalMs, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<AbleSupervisor?> FindAbleAsync(
         Traits traits, IReadOnlyCollection<string> except, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask<int> CountAsync(
        CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
