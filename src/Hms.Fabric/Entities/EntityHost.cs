using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Protocol;
using Microsoft.Extensions.Logging;

namespace Hms.Fabric.Entities;

/// <summary>
/// Gives a machine identity, time and storage: decide, persist, speak. Decisions are made one at a time under a lock, in the order in
/// which they were asked for, and never wait: while one commit is under way the next is collected. A reply leaves when all that it
/// rests on is durable. A commit that failed, or may have, throws the state away; the next call reads the truth from the store.
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
    public ValueTask<TReply> DecideAsync(TCommand command, CancellationToken cancellationToken = default)
    {
        var order = new Order(command, null, null, 0);
        return TryRun(in order, cancellationToken, out var outcome, out var queued)
            ? Replied(in outcome)
            : RepliedAsync(queued!, cancellationToken);
    }

    /// <summary>Decides commands one after the other, with nothing in between, and returns what came of each when all of it is durable.</summary>
    /// <exception cref="FaultException">The store is away.</exception>
    public async ValueTask<IReadOnlyList<Decided<TReply>>> DecideManyAsync(
        IReadOnlyList<TCommand> commands, CancellationToken cancellationToken = default)
    {
        var order = new Order(null, commands, null, 0);
        if (!TryRun(in order, cancellationToken, out var outcome, out var queued))
        {
            outcome = await queued!.RunAsync(_gate, cancellationToken);
        }

        if (outcome.Durable is { } durable)
        {
            await durable;
        }

        return outcome.Many!;
    }

    /// <summary>As <see cref="DecideAsync"/>, and then waits until what the entity has said with it was heard; all that it has said, where that is nothing.</summary>
    public async ValueTask<TReply> DecideAndSettleAsync(TCommand command, CancellationToken cancellationToken = default)
    {
        var order = new Order(command, null, null, 0);
        if (!TryRun(in order, cancellationToken, out var outcome, out var queued))
        {
            outcome = await queued!.RunAsync(_gate, cancellationToken);
        }

        var reply = await Replied(in outcome);
        await (outcome.SaidFrom <= outcome.SaidTo
            ? SettleAsync(outcome.SaidFrom, outcome.SaidTo, cancellationToken)
            : SettleAsync(cancellationToken));
        return reply;
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
            RetryLater();
        }
    }

    /// <summary>Asks to be woken after a pause, since something could not be done now.</summary>
    public void RetryLater() => services.Wakeups.Schedule(key, services.Clock.Now + RetryPause);

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

    /// <summary>Carries out an order at once, or puts it into the queue of those that wait for the state to be read.</summary>
    private bool TryRun(in Order order, CancellationToken cancellationToken, out Outcome outcome, out Queued? queued)
    {
        IReadOnlyList<Effect> effects = [];
        lock (_gate)
        {
            if (_activation is { } activation)
            {
                outcome = Run(activation, in order, ref effects);
                queued = null;
            }
            else
            {
                // Nobody reads for a caller who has gone already.
                cancellationToken.ThrowIfCancellationRequested();
                outcome = default;
                queued = new Queued(order);
                _queue.Enqueue(queued);
                _loading ??= services.Background.RunAsync(ReadAsync);
            }
        }

        Raise(effects);
        return queued is null;
    }

    private Outcome Run(Activation activation, in Order order, ref IReadOnlyList<Effect> effects)
    {
        if (order.Many is { } commands)
        {
            return RunMany(activation, commands, ref effects);
        }

        if (order.One is null)
        {
            activation.Outbox.Forget(order.Sender!);
            Persist(activation, waits: false);
            return default;
        }

        var step = default(Step<TReply>);
        var waits = true;
        var saidFrom = activation.Outbox.Last + 1;
        if (order.Sender is null || !activation.Outbox.WasHeard(order.Sender, order.Number))
        {
            step = Apply(activation, order.One);
            if (order.Sender is not null && step.Fault is null)
            {
                activation.Outbox.Hear(order.Sender, order.Number);
            }

            waits = order.Sender is not null || step.Rest == Rest.Durable;
            effects = step.Effects;
        }

        Persist(activation, waits);
        return new Outcome(step.Reply, step.Fault, null, waits ? activation.Pending : null, saidFrom, activation.Outbox.Last);
    }

    private Outcome RunMany(Activation activation, IReadOnlyList<TCommand> commands, ref IReadOnlyList<Effect> effects)
    {
        var all = new List<Effect>();
        var decided = new Decided<TReply>[commands.Count];
        var waits = false;
        for (var i = 0; i < decided.Length; i++)
        {
            var step = Apply(activation, commands[i]);
            decided[i] = new Decided<TReply>(step.Reply, step.Fault);
            all.AddRange(step.Effects);
            waits |= step.Rest == Rest.Durable;
        }

        effects = all;
        Persist(activation, waits);
        return new Outcome(null, null, decided, waits ? activation.Pending : null, 0, 0);
    }

    private async ValueTask<TReply> RepliedAsync(Queued queued, CancellationToken cancellationToken) =>
        await Replied(await queued.RunAsync(_gate, cancellationToken));

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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Entity} could not be woken: {Problem}")]
    private static partial void LogWakeFailed(ILogger logger, EntityKey entity, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a commit of {Entity} failed, its state is read anew: {Problem}")]
    private static partial void LogCommitFailed(ILogger logger, EntityKey entity, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Entity} was not heard and says it again")]
    private static partial void LogNotHeard(ILogger logger, Exception e, EntityKey entity);
}

/// <summary>What came of one of several commands: a reply, or why not.</summary>
/// <param name="Reply">The reply; null with a fault.</param>
/// <param name="Fault">Why not; null with a reply.</param>
/// <typeparam name="TReply">The machine's replies.</typeparam>
public readonly record struct Decided<TReply>(TReply? Reply, Fault? Fault)
    where TReply : class;
