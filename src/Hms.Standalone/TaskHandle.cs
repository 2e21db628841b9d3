using Hms.Abstractions;
using Hms.Fabric.Entities;
using Hms.Protocol.Coordination;

namespace Hms.Standalone;

/// <summary>A task by its name; finds the object anew for each call, as <see cref="MailboxHandle"/> does.</summary>
internal sealed class TaskHandle(Residents<TaskEntity> tasks, string id) : ITaskPort
{
    public ValueTask<(Moved Moved, TaskRecord? Record, bool Created)> CreateAsync(
        TaskOrder order, IReadOnlyList<TaskPhase> dependencies, EnqueueRequest? message, CancellationToken cancellationToken = default)
    {
        using var use = tasks.Use(id);
        return use.Entity.CreateAsync(order, dependencies, message, cancellationToken);
    }

    public ValueTask<Moved> TellAsync(
        TaskReport report, string sentTo, EnqueueRequest message, CancellationToken cancellationToken = default)
    {
        using var use = tasks.Use(id);
        return use.Entity.TellAsync(report, sentTo, message, cancellationToken);
    }

    public ValueTask<(Moved Moved, TaskRecord? Record)> CancelAsync(
        string? by, string? reason, EnqueueRequest? message, CancellationToken cancellationToken = default)
    {
        using var use = tasks.Use(id);
        return use.Entity.CancelAsync(by, reason, message, cancellationToken);
    }

    public ValueTask<TaskRecord?> DescribeAsync(TimeSpan wait, CancellationToken cancellationToken = default)
    {
        using var use = tasks.Use(id);
        return use.Entity.DescribeAsync(wait, cancellationToken);
    }

    public ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        using var use = tasks.Use(id);
        return use.Entity.AcceptAsync(delivery, cancellationToken);
    }
}
