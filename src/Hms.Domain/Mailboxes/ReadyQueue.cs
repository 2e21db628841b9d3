namespace Hms.Domain.Mailboxes;

/// <summary>
/// Sequences of one priority that may be delivered, in order. What comes back keeps its place: it lies in a heap beside the queue, and
/// the lower of the two goes first. A sequence may stand here that no longer counts: whoever takes it asks.
/// </summary>
internal sealed class ReadyQueue
{
    private const int Slack = 1024;
    private readonly Queue<long> _fresh = new();
    private readonly PriorityQueue<long, long> _returned = new();

    /// <summary>Adds a new sequence, higher than all before.</summary>
    public void Add(long sequence) => _fresh.Enqueue(sequence);

    /// <summary>Puts a sequence back in its place.</summary>
    public void Return(long sequence) => _returned.Enqueue(sequence, sequence);

    /// <summary>The first sequence for which <paramref name="counts"/> holds; drops those before it.</summary>
    public bool TryPeek(Func<long, bool> counts, out long sequence)
    {
        while (Front(out sequence, out var returned))
        {
            if (counts(sequence))
            {
                return true;
            }

            Drop(returned);
        }

        return false;
    }

    /// <summary>Takes out what <see cref="TryPeek"/> found.</summary>
    public void Take()
    {
        Front(out _, out var returned);
        Drop(returned);
    }

    /// <summary>Drops what no longer counts, when that is most of it: nobody may ever take it.</summary>
    /// <param name="counting">How many may count at most.</param>
    /// <param name="counts">Whether one counts.</param>
    public void Compact(int counting, Func<long, bool> counts)
    {
        if (_fresh.Count + _returned.Count <= (2 * counting) + Slack)
        {
            return;
        }

        var live = _fresh.Concat(_returned.UnorderedItems.Select(item => item.Element)).Where(counts).Distinct().Order().ToArray();
        _fresh.Clear();
        _returned.Clear();
        foreach (var sequence in live)
        {
            _fresh.Enqueue(sequence);
        }
    }

    private bool Front(out long sequence, out bool returned)
    {
        var hasFresh = _fresh.TryPeek(out sequence);
        returned = _returned.TryPeek(out var lowest, out _) && (!hasFresh || lowest <= sequence);
        if (returned)
        {
            sequence = lowest;
        }

        return hasFresh || returned;
    }

    private void Drop(bool returned)
    {
        if (returned)
        {
            _returned.Dequeue();
        }
        else
        {
            _fresh.Dequeue();
        }
    }
}
