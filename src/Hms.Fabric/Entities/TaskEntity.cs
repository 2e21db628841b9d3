using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.Tasks;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Microsoft.Extensions.Logging;

namespace Hms.Fabric.Entities;

/// <summary>One task: the machine in its host, those who wait for its end, and the search for who is to do it.</summary>
public sealed partial class TaskEntity : ITaskPort, IResident
{
    private readonly EntityHost<TaskState, TaskCommand, TaskReply> _host;
    private readonly IEntities _entities;
    private readonly EntityServices _services;
    private readonly EndWaiters _waiters;
    private readonly Visits _visits = new();
    private readonly Errand _search;
    private volatile Wanted? _wanted;
    private volatile string? _assignee;

    /// <summary>The task of that name.</summary>
    public TaskEntity(string id, IEntities entities, EntityServices services, TaskLimits limits)
    {
        ArgumentNullException.ThrowIfNull(services);
        Name = id;
        _entities = entities;
        _services = services;
        _waiters = new EndWaiters(services);
        _search = new Errand(services.Background, SearchAsync, NotFound);
        _host = new(EntityKey.Task(id), services, () => new TaskState(id, limits), TaskMachine.Decide, new TaskCommand.Wake());
        _host.Signalled += Hear;
        _host.Reset += _waiters.RaiseAll;
        _host.Observed += Observe;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>One that has ended is seldom asked for again, and goes as soon as one that nobody ever ordered.</summary>
    public bool IsKnown { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<(Moved Moved, TaskRecord? Record, bool Created)> CreateAsync(
        TaskOrder order, IReadOnlyList<TaskPhase> dependencies, EnqueueRequest? message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        using var visit = _visits.Begin();
        var assignee = await _entities.Directory(Partition.NumberOf(order.Assignee)).GetAsync(order.Assignee, cancellationToken);
        var command = new TaskCommand.Create(order, dependencies, new Traits(assignee.Registration.Roles, assignee.Registration.Capabilities))
        {
            By = message is null ? null : Stamps.Of(message),
            Message = message?.Message ?? default,
            Candidate = await _entities.ViewSessionAsync(order.Assignee, cancellationToken),
        };
        var reply = await _host.DecideAsync(command, cancellationToken);
        return reply is TaskReply.Described described
            ? (Moved.Now, described.Record, described.Created)
            : (new Moved(true, true, ((TaskReply.Repeated)reply).FirstId), null, false);
    }

    /// <inheritdoc/>
    public async ValueTask<Moved> TellAsync(
        TaskReport report, string sentTo, EnqueueRequest message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(message);
        var command = new TaskCommand.Tell(ChangeOf(report.Kind), message.Source, Stamps.Of(message))
        {
            Generation = report.Generation,
            Progress = report.Progress,
            Result = report.Result,
            Error = report.Error,
            ErrorCode = report.ErrorCode,
            Message = message.Message,
            SentTo = sentTo,
        };
        return MovedBy(await _host.DecideAsync(command, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<(Moved Moved, TaskRecord? Record)> CancelAsync(
        string? by, string? reason, EnqueueRequest? message, CancellationToken cancellationToken = default)
    {
        var command = new TaskCommand.Cancel(by, reason)
        {
            Stamp = message is null ? null : Stamps.Of(message),
            Message = message?.Message ?? default,
        };
        var reply = await _host.DecideAsync(command, cancellationToken);
        return (MovedBy(reply), (reply as TaskReply.Described)?.Record);
    }

    /// <inheritdoc/>
    public ValueTask<TaskRecord?> DescribeAsync(TimeSpan wait, CancellationToken cancellationToken = default) => _waiters.WaitAsync(
        async () => (await _host.DecideAsync(new TaskCommand.Describe(), cancellationToken) as TaskReply.Described)?.Record,
        static record => record is null || record.Phase.IsFinal(),
        wait,
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        using var visit = _visits.Begin();

        // Each has one effect however often it is heard, so nobody need be remembered for having said it.
        TaskCommand command = OutboxMessage.Decode(delivery.Payload) switch
        {
            OutboxMessage.AwaitTask said => new TaskCommand.Await(said.Dependent),
            OutboxMessage.TaskEnded said => new TaskCommand.DependencyEnded(said.Dependency, said.Completed) { Candidate = await LookAsync() },
            OutboxMessage.SessionEnded said => new TaskCommand.EndSession(said.Supervisor, said.UpTo),
            OutboxMessage.ForgetTask => new TaskCommand.Forget(),
            var other => throw new InvalidOperationException($"a task does not take {other.GetType().Name}"),
        };
        await _host.DecideAsync(command, cancellationToken);
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();

    /// <inheritdoc/>
    public bool TryPassivate() => _waiters.IsEmpty && _visits.IsEmpty && _host.TryPassivate();

    private static TaskChange ChangeOf(TaskReportKind kind) => kind switch
    {
        TaskReportKind.Acceptance => TaskChange.Accept,
        TaskReportKind.Rejection => TaskChange.Reject,
        TaskReportKind.Progress => TaskChange.Report,
        TaskReportKind.Completion => TaskChange.Complete,
        TaskReportKind.Failure => TaskChange.Fail,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such report"),
    };

    private static Moved MovedBy(TaskReply reply) => reply switch
    {
        TaskReply.Unknown => Moved.Unknown,
        TaskReply.Repeated repeated => new Moved(true, true, repeated.FirstId),
        _ => Moved.Now,
    };

    /// <summary>Looks at the assignee's session beforehand, so that the task can go to it in the decision that frees it.</summary>
    private async ValueTask<SessionView?> LookAsync() => _assignee is { } assignee ? await _entities.ViewSessionAsync(assignee) : null;

    private void Observe(TaskState? state)
    {
        IsKnown = state is { IsKnown: true, IsEnded: false };
        _assignee = state is { IsKnown: true } ? state.Assignee : null;
        _wanted = state?.Seeks;
    }

    private void Hear(ulong signal)
    {
        if (signal != TaskState.SeekSignal)
        {
            _waiters.Raise(signal);
        }
        else
        {
            _search.Ask();
        }
    }

    /// <summary>Looks for who is to do it, and tells the task who was found.</summary>
    private async Task SearchAsync()
    {
        using var visit = _visits.Begin();
        if (_wanted is { } wanted)
        {
            var found = wanted.Preferred.Length > 0
                ? await _entities.ViewSessionAsync(wanted.Preferred)
                : await FindAbleAsync(wanted);
            await _host.DecideAsync(found is { } candidate ? new TaskCommand.Wake { Candidate = candidate } : new TaskCommand.GiveUp());
        }
    }

    private void NotFound(Exception e)
    {
        LogNotFound(_services.Logger, e, Name);
        _host.RetryLater();
    }

    /// <summary>The least busy of those who could do it and have not tried; else, where it may, who tried last.</summary>
    private async ValueTask<SessionView?> FindAbleAsync(Wanted wanted)
    {
        AbleSupervisor? best = null;
        for (var part = 0; part < Partition.Count; part++)
        {
            var able = await _entities.Directory(part).FindAbleAsync(wanted.Traits, wanted.Tried);
            best = able is not null && (best is null || able.Load < best.Load) ? able : best;
        }

        if (best is not null)
        {
            return best.Session;
        }

        if (wanted.MayRepeat && _assignee is { } last && await _entities.ViewSessionAsync(last) is { IsAlive: true } again)
        {
            return again;
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "nobody could be looked for who does the task {Name}; it tries again")]
    private static partial void LogNotFound(ILogger logger, Exception e, string name);
}
