using System.Buffers;
using System.Text;
using Hms.Domain.Entities;
using Hms.Protocol;

namespace Hms.Domain.Topics;

/// <summary>
/// One topic: its log, who subscribes, and how far each has come. The log is the truth: a cursor that was not noted down yet only makes
/// the topic hand over again what the mailbox then passes over.
/// </summary>
public sealed partial class TopicState : IEntityState
{
    private const char StandingRow = 'w';
    private const char SubscriberRow = 'm';
    private const char FirstIdRow = 'k';
    private static readonly RowKey Standing = RowKey.Of(StandingRow);

    private readonly string _name;
    private readonly TopicLimits _limits;
    private readonly SegmentTable<LogEntry> _entries;
    private readonly SortedDictionary<string, Subscriber> _subscribers = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _firstIds = [];
    private readonly Dictionary<ulong, long> _byId = [];
    private readonly List<(string Name, ReadOnlyMemory<byte> Value)> _loading = [];
    private List<Effect> _effects = [];
    private bool _open;
    private long _createdAt;
    private long _first = 1;
    private long _bytes;
    private long _retained;
    private long _stamp;
    private int _active;

    // Every active subscriber that is not behind has all up to here for good.
    private long _watermark;

    // What is being retired: the range, until all have answered what they hold of it. Empty where nothing is.
    private (long From, long UpTo) _retiring;
    private int _answersMissing;
    private long _rememberedFrom = 1;
    private long _settleAt = long.MaxValue;
    private long _reserved;

    /// <summary>An empty topic, into which rows may be loaded.</summary>
    /// <param name="name">Its name; <c>*</c> for the one that everybody hears.</param>
    /// <param name="limits">What it may hold.</param>
    public TopicState(string name, TopicLimits limits)
    {
        _name = name;
        _limits = limits;
        _entries = new SegmentTable<LogEntry>(Changes);
        _open = name == Names.Everybody;
    }

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake => Time(Math.Min(Math.Min(_settleAt, NextRetention), NextRetry));

    /// <summary>After a restart those who may lack something are fed at once.</summary>
    public DateTimeOffset? DurableWake =>
        _active > 0 && (_watermark < Last || _behind > 0) ? DateTimeOffset.UnixEpoch : Time(NextRetention);

    /// <inheritdoc/>
    public bool IsQuiescent => _settleAt == long.MaxValue && NextRetry == long.MaxValue;

    /// <summary>Whether there is such a topic.</summary>
    public bool IsOpen => _open;

    private long Last => _entries.Next - 1;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        switch (key.Kind)
        {
            case StandingRow:
                var row = new RowReader(value);
                _open = row.Flag();
                (_createdAt, _first, _stamp, _watermark) = (row.Number(), row.Number(), row.Number(), row.Number());
                _retiring = (row.Number(), row.Number());
                break;
            case SubscriberRow:
                _loading.Add((key.Name!, value));
                break;
            case FirstIdRow:
                _firstIds[key.Number] = Encoding.UTF8.GetString(value.Span);
                break;
            case SegmentTable<LogEntry>.RowKind:
                _entries.Load(key.Number, value.Span);
                break;
            default:
                if (key != SegmentTable<LogEntry>.HeaderRow)
                {
                    throw new InvalidDataException($"a topic row of kind '{key.Kind}' was written by another version");
                }

                _reserved = new RowReader(value).Number();
                break;
        }
    }

    /// <inheritdoc/>
    public void Loaded()
    {
        _entries.StartAfter(_reserved);
        _rememberedFrom = _entries.Next;
        foreach (var sequence in _entries.Sequences())
        {
            ref readonly var entry = ref _entries[sequence];
            _rememberedFrom = Math.Min(_rememberedFrom, sequence);
            _byId[entry.IdHigh] = sequence;
            _bytes += entry.State == LogState.Retained ? entry.Length : 0;
            _retained += entry.State == LogState.Retained ? 1 : 0;
        }

        foreach (var (name, value) in _loading)
        {
            var subscriber = Subscriber.Load(name, value, _watermark);
            subscriber.Offered = Last;
            _subscribers.Add(name, subscriber);
            _active += subscriber.IsActive ? 1 : 0;
            _behind += subscriber is { IsActive: true, Behind: not null } ? 1 : 0;
            _answersMissing += subscriber.Answered < _retiring.UpTo ? 1 : 0;
        }

        _loading.Clear();
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        switch (key.Kind)
        {
            case StandingRow:
                new RowWriter(value).Flag(_open).Number(_createdAt).Number(_first).Number(_stamp).Number(_watermark)
                    .Number(_retiring.From).Number(_retiring.UpTo);
                return true;
            case SubscriberRow:
                var exists = _subscribers.TryGetValue(key.Name!, out var subscriber);
                subscriber?.Write(value);
                return exists;
            case FirstIdRow:
                exists = _firstIds.TryGetValue(key.Number, out var id);
                Encoding.UTF8.GetBytes(id ?? "", value);
                return exists;
            case SegmentTable<LogEntry>.RowKind:
                return _entries.Write(key.Number, value);
            default:
                new RowWriter(value).Number(_entries.Reserved);
                return true;
        }
    }

    internal Step<TopicReply> Open(TopicCommand.Open command)
    {
        if (!_open)
        {
            (_open, _createdAt) = (true, command.CreatedAtMs);
            Changes.Touch(Standing);
        }

        foreach (var (supervisor, pattern) in command.Subscribers)
        {
            Join(supervisor, pattern, from: null);
        }

        return Step<TopicReply>.Of(TopicReply.Done.Instance);
    }

    internal Step<TopicReply> Describe() => _open
        ? Step<TopicReply>.Of(new TopicReply.Description(
            DateTimeOffset.FromUnixTimeMilliseconds(_createdAt), _first, _entries.Next, _retained, _bytes, _active))
        : NotThere();

    /// <summary>What the last decision asks for besides its reply.</summary>
    internal IReadOnlyList<Effect> TakeEffects()
    {
        if (_effects.Count == 0)
        {
            return [];
        }

        var effects = _effects;
        _effects = [];
        return effects;
    }

    private Step<TopicReply> NotThere() =>
        Step<TopicReply>.Refuse(new Fault(ErrorCode.DestinationNotFound, $"there is no topic {_name}"));

    private static DateTimeOffset? Time(long at) =>
        at >= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? null : DateTimeOffset.FromUnixTimeMilliseconds(at);
}
