using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Domain.Mailboxes;

/// <summary>
/// Everything that is known of one mailbox besides the bodies. Mutable, for speed; every change is made by
/// <see cref="MailboxMachine"/> and nothing depends on anything but the commands and the time that it was given.
/// </summary>
public sealed partial class MailboxState : IEntityState
{
    private const char FirstIdRow = 'k';
    private const char ReasonRow = 'r';
    private const char SubscriptionRow = 'u';

    private readonly string _name;
    private readonly uint _tag;
    private readonly ulong _nameHash;
    private readonly MailboxLimits _limits;
    private readonly SegmentTable<Entry> _entries;
    private readonly DedupWindow _dedup;
    private readonly Leases _leases;
    private readonly Replies _replies;
    private readonly TopicCursors _cursors;
    private readonly Deadlines _leaseEnds;
    private readonly Deadlines _expiries;

    // Messages whose time ran out while a receiver held them. The lease is not stored: after a restart they are due.
    private readonly Deadlines _outlived;
    private readonly ReadyQueue[] _ready = [new(), new(), new(), new()];
    private readonly SortedSet<long> _dead = [];
    private readonly SortedSet<string> _subscriptions = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _firstIds = [];
    private readonly Dictionary<long, string> _reasons = [];
    private readonly Func<long, bool> _isReady;
    private List<Effect> _effects = [];
    private bool _open;

    // Whether the supervisor is, or was, registered: its dead letters can be read after its end.
    private bool _wasOpened;
    private int _held;
    private int _withTtl;
    private long _heldBytes;
    private int _expiredCount;
    private int _buriedCount;
    private long _reserved;

    /// <summary>An empty mailbox, into which rows may be loaded.</summary>
    /// <param name="name">The supervisor.</param>
    /// <param name="limits">What it may hold.</param>
    /// <param name="activation">What tells this activation from all others, positive; receipts carry it.</param>
    public MailboxState(string name, MailboxLimits limits, long activation)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _name = name;
        _nameHash = Fingerprint.OfName(name);
        _tag = (uint)_nameHash;
        _limits = limits;
        _entries = new SegmentTable<Entry>(Changes);
        _dedup = new DedupWindow(_entries, limits);
        _leases = new Leases(activation);
        _replies = new Replies(_entries, (long)limits.ReplyTicket.TotalMilliseconds);
        _cursors = new TopicCursors(Changes);
        _leaseEnds = new Deadlines(_leases.DueOf);
        _expiries = new Deadlines(ExpiryOf);
        _outlived = new Deadlines(sequence => _leases.IsHeld(sequence) ? ExpiryOf(sequence) : null);
        _isReady = sequence => _entries.Contains(sequence) && _entries[sequence].State == EntryState.Held && _leases.IsFree(sequence);
    }

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake => Earliest(_leaseEnds.First, _expiries.First);

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake => Earliest(_expiries.First, _outlived.First);

    /// <inheritdoc/>
    public bool IsQuiescent => _leases.Count == 0 && !_replies.AnyAwaited;

    /// <summary>Messages that wait, delayed ones included.</summary>
    public int Ready => _held - _leases.Out;

    /// <summary>Messages that a receiver holds.</summary>
    public int Leased => _leases.Out;

    /// <summary>Dead letters.</summary>
    public int DeadLetters => _dead.Count;

    /// <summary>Whether its supervisor is registered.</summary>
    public bool IsOpen => _open;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        switch (key.Kind)
        {
            case 'h':
                _wasOpened = true;
                _open = value.Span[0] == 1;
                _reserved = BinaryPrimitives.ReadInt64LittleEndian(value.Span[1..]);
                break;
            case FirstIdRow:
                _firstIds[key.Number] = Encoding.UTF8.GetString(value.Span);
                break;
            case ReasonRow:
                _reasons[key.Number] = Encoding.UTF8.GetString(value.Span);
                break;
            case SegmentTable<Entry>.RowKind:
                _entries.Load(key.Number, value.Span);
                break;
            case TopicCursors.RowKind:
                _cursors.Load(key.Number, value);
                break;
            case SubscriptionRow:
                _subscriptions.Add(key.Name!);
                break;
            default:
                throw new InvalidDataException($"a mailbox row of kind '{key.Kind}' was written by another version");
        }
    }

    /// <inheritdoc/>
    public void Loaded()
    {
        _entries.StartAfter(_reserved);
        var done = new List<(long At, long Sequence)>();
        foreach (var sequence in _entries.Sequences())
        {
            ref readonly var entry = ref _entries[sequence];
            if (entry.IsFromTopic)
            {
                _cursors[(long)entry.BodyHash].Entries++;
            }
            else
            {
                _dedup.Add(entry.Id, sequence);
            }

            if (entry.Body != 0)
            {
                _replies.Add(entry.ReplyHash, sequence);
            }

            switch (entry.State)
            {
                case EntryState.Held:
                    Hold(sequence, in entry);
                    _ready[(int)entry.Priority].Add(sequence);
                    break;
                case EntryState.Dead:
                    _dead.Add(sequence);
                    break;
                case EntryState.Done:
                    done.Add((entry.At, sequence));
                    break;
            }
        }

        foreach (var (_, sequence) in done.Order())
        {
            _dedup.Done(sequence);
            if (_entries[sequence].Body != 0)
            {
                _replies.Keep(sequence);
            }
        }
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        switch (key.Kind)
        {
            case 'h':
                Span<byte> header = stackalloc byte[9];
                header[0] = _open ? (byte)1 : (byte)0;
                BinaryPrimitives.WriteInt64LittleEndian(header[1..], _entries.Reserved);
                value.Write(header);
                return true;
            case SegmentTable<Entry>.RowKind:
                return _entries.Write(key.Number, value);
            case TopicCursors.RowKind:
                return _cursors.Write(key.Number, value);
            case SubscriptionRow:
                return _subscriptions.Contains(key.Name!);
            default:
                if (!(key.Kind == FirstIdRow ? _firstIds : _reasons).TryGetValue(key.Number, out var text))
                {
                    return false;
                }

                Encoding.UTF8.GetBytes(text, value);
                return true;
        }
    }

    /// <summary>How many messages expired and how many became dead letters since this was last asked; for metrics.</summary>
    public (int Expired, int Buried) TakeCounts()
    {
        var counts = (_expiredCount, _buriedCount);
        (_expiredCount, _buriedCount) = (0, 0);
        return counts;
    }

    /// <summary>What the last decision asks for besides its reply.</summary>
    internal IReadOnlyList<Effect> TakeEffects()
    {
        foreach (var (topic, sequences) in _released)
        {
            _effects.Add(new Effect.Send(new OutboxMessage.Release(topic, sequences)));
        }

        _released.Clear();
        if (_effects.Count == 0)
        {
            return [];
        }

        var effects = _effects;
        _effects = [];
        return effects;
    }

    private long? ExpiryOf(long sequence) =>
        _entries.Contains(sequence) && _entries[sequence] is { State: EntryState.Held, Ttl: > 0 } entry ? entry.Expires : null;

    private static DateTimeOffset? Earliest(long? one, long? other)
    {
        var first = Math.Min(one ?? long.MaxValue, other ?? long.MaxValue);
        return first > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? null : DateTimeOffset.FromUnixTimeMilliseconds(first);
    }
}
