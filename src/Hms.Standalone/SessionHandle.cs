using Hms.Abstractions;
using Hms.Fabric.Entities;

namespace Hms.Standalone;

/// <summary>A supervisor's session; finds the object anew for each call, as <see cref="MailboxHandle"/> does.</summary>
internal sealed class SessionHandle(Residents<SessionEntity> sessions, string supervisor) : ISessionPort
{
    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        using var use = sessions.Use(supervisor);
        return use.Entity.AcceptAsync(delivery, cancellationToken);
    }
}
