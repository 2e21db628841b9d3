using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Tests.Doubles;

/// <summary>A directory of which only sessions are asked.</summary>
/// <param name="view">What it says of a supervisor's session.</param>
internal sealed class SomeDirectory(Func<string, ValueTask<SessionView>> view) : IDirectoryPort
{
    public async ValueTask<IReadOnlyList<SessionView>> ViewSessionsAsync(
        IReadOnlyList<string> ids, CancellationToken cancellationToken = default) =>
        await Task.WhenAll(ids.Select(id => view(id).AsTask()));

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
