using System.Buffers;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Barriers;

/// <summary>Everything that is known of one barrier: of its current use, or of the last one until that is forgotten.</summary>
public sealed partial class BarrierState : IEntityState
{
    private const char HeaderRow = 'h';
    private const char CallRow = 'c';
    private const char ReadyRow = 'r';

    private readonly string _id;
    private readonly BarrierLimits _limits;
    private readonly SeenMessages _seen;
    private readonly Ties _ties;
    private readonly Notices _notices;
    private readonly HashSet<string> _ready = new(StringComparer.Ordinal);
    private List<Effect> _effects = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private BarrierCall? _call;
    private long[] _sessions = [];
    private Fingerprint _key;
    private BarrierPhase _phase;
    private long _generation;
    private long _createdAt;
    private long _endedAt;
    private string _reason = "";
    private string _answers = "";
    private bool _tellsInitiator;
    private long _now;

    /// <summary>A barrier to which nobody was ever called, into which rows may be loaded.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="limits">What it may hold.</param>
    public BarrierState(string id, BarrierLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _id = id;
        _limits = limits;
        _seen = new SeenMessages(Changes, limits.Common);
        _ties = new Ties(EntityKey.Barrier(id), Changes, limits.Common);
        _notices = new Notices(EntityKey.Barrier(id));
    }

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake => DurableWake;

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake
    {
        get
        {
            var next = _call is null ? long.MaxValue : IsWaiting ? Deadline : _endedAt + (long)_limits.KeptFor.TotalMilliseconds;
            next = Math.Min(next, _ties.Due ?? long.MaxValue);
            return next == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(next);
        }
    }

    /// <inheritdoc/>
    public bool IsQuiescent => true;

    /// <summary>Whether there is such a barrier.</summary>
    public bool IsKnown => _call is not null;

    private bool IsWaiting => _call is not null && _phase == BarrierPhase.Waiting;

    private long Deadline => _createdAt + _call!.TimeoutMs;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        switch (key.Kind)
        {
            case HeaderRow:
                _generation = row.Number();
                _notices.Count = row.Number();
                _phase = (BarrierPhase)row.Number();
                _endedAt = row.Number();
                _reason = row.Text();
                break;
            case CallRow:
                _key = new Fingerprint((ulong)row.Number(), (uint)row.Number());
                _createdAt = row.Number();
                _tellsInitiator = row.Flag();
                Take(new BarrierCall(_id, row.Text(), row.Texts(), row.Number()));
                _sessions = row.Numbers();
                _answers = row.Text();
                break;
            case ReadyRow:
                _ready.Add(key.Name!);
                break;
            case SeenMessages.RowKind:
                _seen.Load(key.Number, value);
                break;
            case Ties.RowKind:
                _ties.Load(key.Name!, value);
                break;
            default:
                throw new InvalidDataException($"a barrier's row of kind '{key.Kind}' was written by another version");
        }
    }

    /// <inheritdoc/>
    public void Loaded() => _seen.Loaded();

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        switch (key.Kind)
        {
            case CallRow:
                if (_call is not { } call)
                {
                    return false;
                }

                new RowWriter(value).Number((long)_key.High).Number(_key.Low).Number(_createdAt).Flag(_tellsInitiator)
                    .Text(call.Initiator).Texts(call.Participants).Number(call.TimeoutMs).Numbers(_sessions).Text(_answers);
                return true;
            case ReadyRow:
                return _ready.Contains(key.Name!);
            case SeenMessages.RowKind:
                return _seen.Write(key.Number, value);
            case Ties.RowKind:
                return _ties.Write(key.Name!, value);
            default:
                new RowWriter(value).Number(_generation).Number(_notices.Count).Number((long)_phase).Number(_endedAt).Text(_reason);
                return true;
        }
    }

    internal void Begin(DateTimeOffset now)
    {
        _now = now.ToUnixTimeMilliseconds();
        if (IsWaiting && Deadline <= _now)
        {
            End(BarrierEvent.TimeOut, $"not all arrived within {_call!.TimeoutMs} ms");
        }
        else if (_call is not null && !IsWaiting && _endedAt + (long)_limits.KeptFor.TotalMilliseconds <= _now)
        {
            Forget();
        }

        _ties.Sweep(_now, supervisor => IsWaiting && IsTiedTo(supervisor), _effects);
    }

    internal List<Effect> TakeEffects()
    {
        var effects = _effects;
        _effects = [];
        return effects;
    }

    private bool IsTiedTo(string supervisor) => _call!.Initiator == supervisor || _places.ContainsKey(supervisor);

    private void Take(BarrierCall call)
    {
        _call = call;
        _places.Clear();
        for (var i = 0; i < call.Participants.Count; i++)
        {
            _places.Add(call.Participants[i], i);
        }
    }

    private BarrierRecord Record() => new()
    {
        Call = _call!,
        Phase = _phase,
        Ready = [.. _call!.Participants.Where(_ready.Contains)],
        Missing = [.. _call.Participants.Where(participant => !_ready.Contains(participant))],
        Generation = _generation,
        Reason = _reason.Length > 0 ? _reason : null,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(_createdAt),
        DeadlineAt = DateTimeOffset.FromUnixTimeMilliseconds(Deadline),
    };

    private void ClearReady()
    {
        foreach (var participant in _ready)
        {
            Changes.Touch(RowKey.Of(ReadyRow, participant));
        }

        _ready.Clear();
    }

    /// <summary>Only how often the id was used is remembered for good.</summary>
    private void Forget()
    {
        ClearReady();
        _seen.Clear();
        _call = null;
        _places.Clear();
        Changes.Touch(RowKey.Of(CallRow));
    }
}
