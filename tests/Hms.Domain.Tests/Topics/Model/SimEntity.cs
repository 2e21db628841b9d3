using Hms.Domain.Entities;
using Hms.Domain.Tests.Entities;

namespace Hms.Domain.Tests.Topics.Model;

/// <summary>What is known of an entity besides what it says itself; it shares the entity's fate.</summary>
internal interface ITruth
{
    void Commit();

    void Crash();
}

/// <summary>One entity as its host keeps it, as far as others see it.</summary>
internal abstract class SimEntity(EntityKey key)
{
    public EntityKey Key => key;

    public MemoryStore Store { get; } = new();

    /// <summary>What it says, in order; up to <see cref="SaidTo"/> it is durable, and so may be said.</summary>
    public List<(long Number, OutboxMessage Message)> Outbox { get; protected set; } = [];

    public long SaidTo { get; protected set; }

    /// <summary>When it is woken; null where nobody wakes it.</summary>
    public long? WakeAt { get; protected set; }

    /// <summary>What was signalled and not yet taken up.</summary>
    public HashSet<ulong> Signals { get; } = [];

    public abstract bool IsDirty { get; }

    public abstract void Commit();

    /// <summary>Its state is lost, alone or with its whole process.</summary>
    public abstract void Crash(bool alone, long now);

    public abstract bool TryPassivate();

    public abstract void Wake(long now);

    /// <summary>Hears the outbox of another, as the host does: what was heard before has no effect.</summary>
    public abstract void Hear(string sender, long number, OutboxMessage message, long now);

    /// <summary>What it said was heard.</summary>
    public abstract void Drop(long number);
}

/// <summary>One entity as its host keeps it: decisions are durable when they are committed, and only then is said what they say.</summary>
/// <param name="key">Which.</param>
/// <param name="create">Makes an empty state.</param>
/// <param name="decide">The machine.</param>
/// <param name="read">What a message of another's outbox asks of it.</param>
/// <param name="wake">Says that something is due.</param>
/// <param name="truth">What shares its fate.</param>
/// <param name="decided">Told of every decision.</param>
internal sealed class SimEntity<TState, TCommand, TReply>(
    EntityKey key,
    Func<TState> create,
    Func<TState, TCommand, DateTimeOffset, Step<TReply>> decide,
    Func<OutboxMessage, TCommand> read,
    TCommand wake,
    ITruth truth,
    Action<TCommand, Step<TReply>> decided) : SimEntity(key)
    where TState : class, IEntityState
    where TReply : class
{
    private const long RetryPause = 1_000;

    private Dictionary<string, long> _heard = [];
    private Dictionary<string, long> _durablyHeard = [];
    private List<(long Number, OutboxMessage Message)> _durableOutbox = [];
    private long _last;
    private bool _hasSpoken;
    private long? _storedWake;

    public TState State { get; private set; } = create();

    public override bool IsDirty => !State.Changes.IsEmpty || _hasSpoken;

    public Step<TReply> Decide(TCommand command, long now)
    {
        var step = decide(State, command, DateTimeOffset.FromUnixTimeMilliseconds(now));
        foreach (var effect in step.Effects)
        {
            switch (effect)
            {
                case Effect.Send send:
                    Outbox.Add((++_last, OutboxMessage.Decode(send.Message.Encode())));
                    _hasSpoken = true;
                    break;
                case Effect.Signal signal:
                    Signals.Add(signal.What);
                    break;
            }
        }

        ScheduleNoLater(State.NextWake);
        decided(command, step);
        return step;
    }

    public override void Hear(string sender, long number, OutboxMessage message, long now)
    {
        if (_heard.GetValueOrDefault(sender) < number && Decide(read(message), now).Fault is null)
        {
            _heard[sender] = number;
            _hasSpoken = true;
        }
    }

    public override void Drop(long number)
    {
        Outbox.RemoveAll(said => said.Number == number);
        _hasSpoken = true;
    }

    public override void Commit()
    {
        if (!IsDirty)
        {
            return;
        }

        _storedWake = Outbox.Count > 0 ? 0 : State.DurableWake?.ToUnixTimeMilliseconds();
        Store.Commit(State);
        (_durableOutbox, _durablyHeard, _hasSpoken) = ([.. Outbox], new(_heard), false);
        SaidTo = _last;
        truth.Commit();
    }

    public override void Crash(bool alone, long now)
    {
        // What it was to be woken for in this process it still is; a new process knows what was stored.
        WakeAt = alone ? Math.Min(WakeAt ?? long.MaxValue, now + RetryPause) : _storedWake;
        (Outbox, _heard, _hasSpoken) = ([.. _durableOutbox], new(_durablyHeard), false);
        _last = SaidTo;
        State = Store.LoadInto(create());
        truth.Crash();
    }

    public override bool TryPassivate()
    {
        if (IsDirty || Outbox.Count > 0 || Signals.Count > 0 || !State.IsQuiescent)
        {
            return false;
        }

        State = Store.LoadInto(create());
        return true;
    }

    public override void Wake(long now)
    {
        WakeAt = null;
        Decide(wake, now);
    }

    private void ScheduleNoLater(DateTimeOffset? at)
    {
        if (at is { } wanted)
        {
            WakeAt = Math.Min(WakeAt ?? long.MaxValue, wanted.ToUnixTimeMilliseconds());
        }
    }
}
