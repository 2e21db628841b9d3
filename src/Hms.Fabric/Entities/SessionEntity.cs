using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Sessions;

namespace Hms.Fabric.Entities;

/// <summary>What waits for the end of one supervisor's session, in its host.</summary>
public sealed class SessionEntity : ISessionPort, IResident
{
    private readonly EntityHost<SessionState, SessionCommand, SessionReply> _host;

    /// <summary>The session of one supervisor.</summary>
    public SessionEntity(string supervisor, EntityServices services)
    {
        Name = supervisor;
        _host = new(
            EntityKey.Session(supervisor), services, () => new SessionState(supervisor), SessionMachine.Decide, new SessionCommand.Wake());
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsKnown => true;

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);

        // Each has one effect however often it is heard, so nobody need be remembered for having said it.
        SessionCommand command = OutboxMessage.Decode(delivery.Payload) switch
        {
            OutboxMessage.Attach said => new SessionCommand.Attach(said.For, said.Session, delivery.Number),
            OutboxMessage.Detach said => new SessionCommand.Detach(said.For, delivery.Number),
            OutboxMessage.EndSession said => new SessionCommand.End(said.UpTo),
            var other => throw new InvalidOperationException($"a session does not take {other.GetType().Name}"),
        };
        await _host.DecideAsync(command, cancellationToken);
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();

    /// <inheritdoc/>
    public bool TryPassivate() => _host.TryPassivate();
}
