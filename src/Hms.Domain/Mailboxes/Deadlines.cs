namespace Hms.Domain.Mailboxes;

/// <summary>
/// Sequences by when something is due for them. An entry is never removed when it no longer counts: whoever takes it out asks whether
/// it still does. When most are of that kind, the queue is built anew.
/// </summary>
/// <param name="dueOf">When a sequence is due now, in Unix milliseconds; null where it no longer is.</param>
internal sealed class Deadlines(Func<long, long?> dueOf)
{
    private const int Slack = 1024;
    private readonly PriorityQueue<long, long> _queue = new();

    /// <summary>When the first is due; null where none is.</summary>
    public long? First
    {
        get
        {
            while (_queue.TryPeek(out var sequence, out var due))
            {
                if (dueOf(sequence) == due)
                {
                    return due;
                }

                _queue.Dequeue();
            }

            return null;
        }
    }

    public void Add(long sequence, long due) => _queue.Enqueue(sequence, due);

    /// <summary>Takes out a sequence that is due by <paramref name="now"/>.</summary>
    public bool TryTake(long now, out long sequence)
    {
        while (_queue.TryPeek(out sequence, out var due) && due <= now)
        {
            _queue.Dequeue();
            if (dueOf(sequence) == due)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Drops what no longer counts, when that is most of it.</summary>
    /// <param name="counting">How many may count at most.</param>
    public void Compact(int counting)
    {
        if (_queue.Count <= (2 * counting) + Slack)
        {
            return;
        }

        var live = _queue.UnorderedItems.Where(item => dueOf(item.Element) == item.Priority).Distinct().ToArray();
        _queue.Clear();
        _queue.EnqueueRange(live);
    }
}
