using System.Diagnostics.CodeAnalysis;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Protocol;
using Microsoft.Extensions.Logging;

namespace Hms.Fabric.Entities;

/// <summary>
/// Gives a machine identity, time and storage: decide, persist, speak. Decisions are made one at a time under a lock, and never wait:
/// while one commit is under way the next is collected. A reply leaves when all that it rests on is durable. A commit that failed, or may
/// have, throws the state away; the next call reads the truth from the store.
/// </summary>
/// <typeparam name="TState">The machine's state.</typeparam>
/// <typeparam name="TCommand">Its commands.</typeparam>
/// <typeparam name="TReply">Its replies.</typeparam>
/// <param name="key">Which entity.</param>
/// <param name="services">What the engine provides.</param>
/// <param name="create">Makes an empty state.</param>
/// <param name="decide">The machine.</param>
/// <param name="wake">The command that says that something is due.</param>
public sealed partial class EntityHost<TState, TCommand, TReply>(
    EntityKey key,
    EntityServices services,
    Func<TState> create,
    Func<TState, TCommand, DateTimeOffset, Step<TReply>> decide,
    TCommand wake) : ICommitSource
    where TState : class, IEntityState
    where TCommand : class
    where TReply : class
{
    private readonly Lock _gate = new();
    private readonly Lazy<string> _name = new(key.ToString);
    private Activation? _activation;
    private Task<Activation>? _loading;
    private DateTimeOffset? _scheduled;

    /// <summary>Which entity.</summary>
    public EntityKey Key => key;

    /// <summary>Raised with what a decision signals, outside the lock.</summary>
    public event Action<ulong>? Signalled;

    /// <summary>Raised when the state was thrown away: whatever anybody waits for may have changed.</summary>
    public event Action? Reset;

    /// <summary>Raised under the lock with the state after each decision, and with null when it is gone: to keep count, no more.</summary>
    public event Action<TState?>? Observed;

    /// <summary>Decides one command and returns the reply when all that it rests on is durable.</summary>
    /// <exception cref="FaultException">The machine refused, or the store is away.</exception>
    public ValueTask<TReply> DecideAsync(TCommand command, CancellationToken cancellationToken = default) =>
        TryDecide(command, out var outcome) ? Replied(outcome) : DecideLoadedAsync(command, cancellationToken);

    /// <summary>As <see cref="DecideAsync"/>, and then waits until everything that the entity has said was heard.</summary>
    public async ValueTask<TReply> DecideAndSettleAsync(TCommand command, CancellationToken cancellationToken = default)
    {
        var reply = await DecideAsync(command, cancellationToken);
        Task? settled = null;
        while (settled is null)
        {
            // The state may have been thrown away since; what it had to say is then in the store still.
            await LoadAsync(cancellationToken);
            lock (_gate)
            {
                settled = _activation?.Outbox.SettledAsync();
            }
        }

        await settled.WaitAsync(cancellationToken);
        return reply;
    }

    /// <summary>
    /// Decides a command that comes from another entity's outbox; one heard before has no second effect, and no reply. A refusal, too,
    /// leaves when all that it rests on is durable, since the sender then never says it again.
    /// </summary>
    public async ValueTask<TReply?> HearAsync(
        string sender, long number, TCommand command, CancellationToken cancellationToken = default)
    {
        Outcome outcome;
        while (!TryHear(sender, number, command, out outcome))
        {
            await LoadAsync(cancellationToken);
        }

        return await Replied(outcome);
    }

    /// <summary>Says that something may be due. A failure is left to the next call.</summary>
    public async Task WakeAsync()
    {
        try
        {
            lock (_gate)
            {
                _scheduled = null;
            }

            await DecideAsync(wake);
            _ = SpeakAsync();
        }
        catch (FaultException e)
        {
            LogWakeFailed(services.Logger, Key, e.Fault.Message);
            services.Wakeups.Schedule(key, services.Clock.Now + RetryPause);
        }
    }

    /// <summary>Drops the state from memory when its rows say all that it holds. True where nothing is left in memory.</summary>
    public bool TryPassivate()
    {
        lock (_gate)
        {
            if (_loading is not null || _activation is { CanPassivate: false })
            {
                return false;
            }

            _activation = null;
            Observed?.Invoke(null);
            return true;
        }
    }

    private bool TryDecide(TCommand command, out Outcome outcome)
    {
        Step<TReply> step;
        lock (_gate)
        {
            if (_activation is not { } activation)
            {
                outcome = default;
                return false;
            }

            step = Apply(activation, command);
            Persist(activation);
            outcome = new Outcome(step.Reply, step.Fault, step.Rest == Rest.Memory ? null : activation.Pending);
        }

        Raise(step.Effects);
        return true;
    }

    private bool TryHear(string sender, long number, TCommand command, out Outcome outcome)
    {
        var step = default(Step<TReply>);
        lock (_gate)
        {
            if (_activation is not { } activation)
            {
                outcome = default;
                return false;
            }

            if (!activation.Outbox.WasHeard(sender, number))
            {
                step = Apply(activation, command);
                if (step.Fault is null)
                {
                    activation.Outbox.Hear(sender, number);
                }

                Persist(activation);
            }

            outcome = new Outcome(step.Reply, step.Fault, activation.Pending);
        }

        Raise(step.Effects ?? []);
        return true;
    }

    private async ValueTask<TReply> DecideLoadedAsync(TCommand command, CancellationToken cancellationToken)
    {
        Outcome outcome;
        do
        {
            await LoadAsync(cancellationToken);
        }
        while (!TryDecide(command, out outcome));
        return await Replied(outcome);
    }

    private static ValueTask<TReply> Replied(in Outcome outcome)
    {
        if (outcome.Durable is { IsCompletedSuccessfully: false } durable)
        {
            return RepliedLater(durable, outcome.Reply, outcome.Fault);
        }

        return outcome.Fault is { } fault ? throw new FaultException(fault) : new ValueTask<TReply>(outcome.Reply!);
    }

    private static async ValueTask<TReply> RepliedLater(Task durable, TReply? reply, Fault? fault)
    {
        await durable;
        return fault is null ? reply! : throw new FaultException(fault);
    }

    private Step<TReply> Apply(Activation activation, TCommand command)
    {
        var now = services.Clock.Now;
        Step<TReply> step;
        try
        {
            step = decide(activation.State, command, now);
        }
        catch (Exception bug)
        {
            DiscardAfter(activation, bug);
            throw;
        }

        activation.DecidedAt = now;
        foreach (var effect in step.Effects)
        {
            if (effect is Effect.Send send)
            {
                activation.Outbox.Add(send.Message);
            }
        }

        Observed?.Invoke(activation.State);
        return step;
    }

    private void Persist(Activation activation)
    {
        if (activation.IsDirty)
        {
            activation.Open ??= new Commit();
            if (!activation.Enlisted)
            {
                activation.Enlisted = true;
                services.Store.Enlist(this);
            }
        }

        // A wake-up that comes too early does no harm, so only an earlier one is worth asking for.
        if (activation.State.NextWake is { } next && (_scheduled is null || next < _scheduled))
        {
            _scheduled = next;
            services.Wakeups.Schedule(key, next);
        }
    }

    private void Raise(IReadOnlyList<Effect> effects)
    {
        for (var i = 0; i < effects.Count; i++)
        {
            if (effects[i] is Effect.Signal signal)
            {
                Signalled?.Invoke(signal.What);
            }
        }
    }

    private readonly record struct Outcome(TReply? Reply, Fault? Fault, Task? Durable);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Entity} could not be woken: {Problem}")]
    private static partial void LogWakeFailed(ILogger logger, EntityKey entity, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a commit of {Entity} failed, its state is read anew: {Problem}")]
    private static partial void LogCommitFailed(ILogger logger, EntityKey entity, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Entity} was not heard and says it again")]
    private static partial void LogNotHeard(ILogger logger, Exception e, EntityKey entity);
}
