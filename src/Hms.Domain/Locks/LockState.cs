using System.Buffers;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Locks;

/// <summary>Everything that is known of one lock: its holder, who waits, and the last token, which is never forgotten.</summary>
public sealed partial class LockState : IEntityState
{
    private const char HeaderRow = 'h';
    private const char WaiterRow = 'w';

    private readonly string _name;
    private readonly LockLimits _limits;
    private readonly SeenMessages _seen;
    private readonly Ties _ties;
    private readonly Notices _notices;

    // By the time at which they came.
    private readonly List<LockWaiter> _waiters = [];
    private readonly Dictionary<long, LockWaiter> _messages = [];
    private List<Effect> _effects = [];
    private LockPhase _phase = LockPhase.Free;
    private LockHolder? _holder;
    private long _lastToken;
    private long _closedUntil;
    private long _lastRow;

    // No waiter's time is over before this one.
    private long _waitersDue = long.MaxValue;
    private DateTimeOffset _at;
    private long _now;

    /// <summary>A lock that nobody ever asked for, into which rows may be loaded.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="limits">What it may hold.</param>
    public LockState(string name, LockLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _name = name;
        _limits = limits;
        _seen = new SeenMessages(Changes, limits.Common, RowKey.Of(HeaderRow));
        _ties = new Ties(EntityKey.Lock(name), Changes, limits.Common);
        _notices = new Notices(EntityKey.Lock(name));
    }

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake
    {
        get
        {
            var next = Math.Min(_waitersDue, _ties.Due ?? long.MaxValue);
            if (_holder is { } holder)
            {
                next = Math.Min(next, holder.Ticket == 0 ? holder.ExpiresAt : Math.Min(holder.ExpiresAt, holder.FetchedBy));
            }

            return TimeOf(_phase == LockPhase.Closed && _waiters.Count > 0 ? Math.Min(next, _closedUntil) : next);
        }
    }

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake
    {
        get
        {
            var next = Math.Min(_holder?.ExpiresAt ?? long.MaxValue, _ties.Due ?? long.MaxValue);
            if (_messages.Count > 0)
            {
                next = Math.Min(next, Math.Min(_waitersDue, _phase == LockPhase.Closed ? _closedUntil : long.MaxValue));
            }

            return _phase == LockPhase.Offered && _messages.Count > 0 ? DateTimeOffset.UnixEpoch : TimeOf(next);
        }
    }

    /// <inheritdoc/>
    public bool IsQuiescent => _waiters.Count == _messages.Count && _phase != LockPhase.Offered && _holder is null or { Ticket: 0 };

    /// <summary>Whether anybody ever asked for it.</summary>
    public bool IsKnown => _lastToken > 0 || _waiters.Count > 0;

    /// <summary>Whose session must go on for the holder to keep it; null where nobody holds it, or who does has none.</summary>
    public SessionView? Keeper => _holder is { Session: > 0 } holder ? new SessionView(holder.Owner, holder.Session, true) : null;

    /// <summary>Whose session must go on for the lock to pass on to who waits first; null where nobody waits, or who waits has none.</summary>
    public SessionView? Heir => _waiters.Count > 0 && _waiters[0] is { Session: > 0 } head ? new SessionView(head.Bid.Owner, head.Session, true) : null;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        switch (key.Kind)
        {
            case HeaderRow:
                LoadHeader(value);
                break;
            case WaiterRow:
                var waiter = LockWaiter.Read(key.Number, value);
                _messages.Add(key.Number, waiter);
                _waiters.Add(waiter);
                _waitersDue = Math.Min(_waitersDue, waiter.Until);
                break;
            case SeenMessages.RowKind:
                _seen.Load(key.Number, value);
                break;
            case Ties.RowKind:
                _ties.Load(key.Name!, value);
                break;
            default:
                throw new InvalidDataException($"a lock's row of kind '{key.Kind}' was written by another version");
        }
    }

    /// <inheritdoc/>
    public void Loaded()
    {
        _waiters.Sort(static (one, other) => (one.Since, one.Row).CompareTo((other.Since, other.Row)));
        _seen.Loaded();
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        switch (key.Kind)
        {
            case WaiterRow:
                if (!_messages.TryGetValue(key.Number, out var waiter))
                {
                    return false;
                }

                waiter.Write(new RowWriter(value));
                return true;
            case SeenMessages.RowKind:
                return _seen.Write(key.Number, value);
            case Ties.RowKind:
                return _ties.Write(key.Name!, value);
            default:
                var row = new RowWriter(value).Number(_lastToken).Number(_closedUntil).Number(_lastRow).Number(_notices.Count).Flag(_holder is not null);
                _holder?.Write(row);
                _seen.WriteLatest(row);
                return true;
        }
    }

    internal void Begin(DateTimeOffset now)
    {
        _at = now;
        _now = now.ToUnixTimeMilliseconds();
    }

    internal List<Effect> TakeEffects()
    {
        var effects = _effects;
        _effects = [];
        return effects;
    }

    private LockRecord Record() => new()
    {
        Name = _name,
        Holder = _holder?.Owner,
        Instance = _holder?.Instance,
        FencingToken = _lastToken,
        ExpiresAt = _holder is { } holder ? DateTimeOffset.FromUnixTimeMilliseconds(holder.ExpiresAt) : null,
        ClosedUntil = _phase == LockPhase.Closed ? DateTimeOffset.FromUnixTimeMilliseconds(_closedUntil) : null,
        Waiters = [.. _waiters.Select(waiter => waiter.Bid.Owner)],
    };

    private void LoadHeader(ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        _lastToken = row.Number();
        _closedUntil = row.Number();
        _lastRow = row.Number();
        _notices.Count = row.Number();
        _holder = row.Flag() ? LockHolder.Read(ref row) : null;
        _seen.LoadLatest(ref row);
        _phase = _holder is not null ? LockPhase.Held : _closedUntil > 0 ? LockPhase.Closed : LockPhase.Free;
    }

    private void Move(LockEvent happened)
    {
        _phase = LockTable.Next(_phase, happened);
        Changes.Touch(RowKey.Of(HeaderRow));
    }

    private static DateTimeOffset? TimeOf(long at) => at == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(at);
}
