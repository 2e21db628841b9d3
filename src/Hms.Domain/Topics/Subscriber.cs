using System.Buffers;
using Hms.Domain.Entities;

namespace Hms.Domain.Topics;

/// <summary>One supervisor that subscribes to a topic, or did and may hold messages of it still.</summary>
internal sealed class Subscriber(string name)
{
    public string Name => name;

    /// <summary>The patterns by which it subscribes, <c>""</c> for the topic's name; none where it has left.</summary>
    public SortedSet<string> Patterns { get; } = new(StringComparer.Ordinal);

    public bool IsActive => Patterns.Count > 0;

    /// <summary>Which subscription of this supervisor it is.</summary>
    public long Stamp { get; set; }

    /// <summary>Where the subscription began: the sequence before the first one wanted.</summary>
    public long Start { get; set; }

    /// <summary>The last sequence that its mailbox has, as far as is known.</summary>
    public long Cursor { get; set; }

    /// <summary>
    /// The last sequence that was ever handed to its mailbox, in this subscription or an earlier one, as far as is known: it holds none
    /// beyond.
    /// </summary>
    public long Offered { get; set; }

    /// <summary>The last sequence that its mailbox is known to have for good, where that is not the topic's watermark.</summary>
    public long? Behind { get; set; }

    /// <summary>Up to where it has answered what it holds of what is retired.</summary>
    public long Answered { get; set; }

    /// <summary>When it may be fed again, in Unix milliseconds; 0 where it may be now.</summary>
    public long RetryAt { get; set; }

    public static Subscriber Load(string name, ReadOnlyMemory<byte> value, long watermark)
    {
        var row = new RowReader(value);
        var subscriber = new Subscriber(name) { Stamp = row.Number(), Start = row.Number(), Answered = row.Number() };
        var behind = row.Number();
        subscriber.Behind = behind < 0 ? null : behind;
        subscriber.Cursor = subscriber.Behind ?? Math.Max(subscriber.Start, watermark);
        subscriber.Patterns.UnionWith(row.Texts());
        return subscriber;
    }

    public void Write(IBufferWriter<byte> value) =>
        new RowWriter(value).Number(Stamp).Number(Start).Number(Answered).Number(Behind ?? -1).Texts(Patterns);
}
