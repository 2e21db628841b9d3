using Hms.Domain.Entities;

namespace Hms.Domain.Mailboxes;

/// <summary>Which ids are known: those of messages held, and for a while those of messages done with.</summary>
/// <param name="entries">The entries.</param>
/// <param name="limits">For how long, and how many.</param>
internal sealed class DedupWindow(SegmentTable<Entry> entries, MailboxLimits limits)
{
    private const int ForgottenAtOnce = 64;
    private readonly Dictionary<ulong, long> _byId = [];
    private readonly Queue<long> _done = new();
    private readonly long _windowMs = (long)limits.DedupWindow.TotalMilliseconds;

    /// <summary>The sequence under which an id is known; one that is overdue for forgetting is not.</summary>
    public bool TryFind(Fingerprint id, long now, out long sequence)
    {
        if (!_byId.TryGetValue(id.High, out sequence))
        {
            return false;
        }

        ref readonly var entry = ref entries[sequence];
        return entry.Id == id && !(entry.State == EntryState.Done && entry.At + _windowMs <= now);
    }

    /// <summary>Makes an id known. Where its first 64 bits are taken by one overdue for forgetting, it takes the place.</summary>
    public void Add(Fingerprint id, long sequence) => _byId[id.High] = sequence;

    /// <summary>Starts the time for which a message that is done with is remembered.</summary>
    public void Done(long sequence) => _done.Enqueue(sequence);

    /// <summary>Takes out a message that need not be remembered any longer; a few at most for each decision, so that none takes long.</summary>
    public IEnumerable<long> TakeOverdue(long now)
    {
        for (var taken = 0; taken < ForgottenAtOnce && _done.TryPeek(out var sequence); taken++)
        {
            ref readonly var entry = ref entries[sequence];
            if (_done.Count <= limits.DedupMax && entry.At + _windowMs > now)
            {
                yield break;
            }

            _done.Dequeue();
            yield return sequence;
        }
    }

    /// <summary>Forgets the id of a message, before its entry is freed.</summary>
    public void Forget(long sequence)
    {
        var id = entries[sequence].IdHigh;
        if (_byId.TryGetValue(id, out var known) && known == sequence)
        {
            _byId.Remove(id);
        }
    }
}
