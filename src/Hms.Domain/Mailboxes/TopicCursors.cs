using System.Buffers;
using Hms.Domain.Entities;

namespace Hms.Domain.Mailboxes;

/// <summary>How far a mailbox has come in one topic.</summary>
internal sealed class TopicCursor(long number, string topic)
{
    /// <summary>What stands for the topic in entries.</summary>
    public long Number => number;

    public string Topic => topic;

    /// <summary>The subscription that the cursor belongs to.</summary>
    public long Stamp { get; set; }

    /// <summary>The last sequence taken, or passed over.</summary>
    public long Sequence { get; set; }

    /// <summary>Up to where the topic retains nothing: it wants to be told when what is held of that goes.</summary>
    public long RetiredTo { get; set; }

    /// <summary>How many entries are of this topic.</summary>
    public int Entries { get; set; }
}

/// <summary>The topics that a mailbox has heard, each with its cursor; one row a topic.</summary>
internal sealed class TopicCursors(RowChanges changes)
{
    public const char RowKind = 't';
    private readonly Dictionary<string, TopicCursor> _byTopic = new(StringComparer.Ordinal);
    private readonly Dictionary<long, TopicCursor> _byNumber = [];
    private long _next = 1;

    public TopicCursor this[long number] => _byNumber[number];

    public TopicCursor? Find(string topic) => _byTopic.GetValueOrDefault(topic);

    public TopicCursor FindOrAdd(string topic)
    {
        if (Find(topic) is { } known)
        {
            return known;
        }

        var cursor = new TopicCursor(_next, topic);
        Add(cursor);
        return cursor;
    }

    public void Touch(TopicCursor cursor) => changes.Touch(RowKey.Of(RowKind, cursor.Number));

    public void Load(long number, ReadOnlyMemory<byte> value)
    {
        var row = new RowReader(value);
        Add(new TopicCursor(number, row.Text()) { Stamp = row.Number(), Sequence = row.Number(), RetiredTo = row.Number() });
    }

    public bool Write(long number, IBufferWriter<byte> value)
    {
        var cursor = _byNumber[number];
        new RowWriter(value).Text(cursor.Topic).Number(cursor.Stamp).Number(cursor.Sequence).Number(cursor.RetiredTo);
        return true;
    }

    private void Add(TopicCursor cursor)
    {
        _byTopic.Add(cursor.Topic, cursor);
        _byNumber.Add(cursor.Number, cursor);
        _next = Math.Max(_next, cursor.Number + 1);
    }
}
