using System.Runtime.InteropServices;
using Hms.Domain.Entities;

namespace Hms.Domain.Mailboxes;

/// <summary>
/// Which messages answer which requests, and which requesters wait. A message is known by what it carries (its sender and correlation)
/// until it is bound to a request, and by the request from then on. Waiting is a ticket that must be renewed.
/// </summary>
/// <param name="entries">The entries.</param>
/// <param name="ticketMs">How long a ticket holds.</param>
internal sealed class Replies(SegmentTable<Entry> entries, long ticketMs)
{
    private const int EnoughTickets = 256;
    private readonly Dictionary<ulong, long> _byHash = [];

    // Where several carry the same: those after the first.
    private readonly Dictionary<ulong, SortedSet<long>> _more = [];
    private readonly Dictionary<ulong, (ulong Request, long Until)> _tickets = [];
    private readonly Queue<long> _kept = new();
    private int _sweepAt = EnoughTickets;

    /// <summary>Whether somebody waits for anything.</summary>
    public bool AnyAwaited => _tickets.Count > 0;

    /// <summary>Makes a message known by what it carries.</summary>
    public void Add(ulong hash, long sequence)
    {
        if (hash != 0 && !_byHash.TryAdd(hash, sequence))
        {
            ref var more = ref CollectionsMarshal.GetValueRefOrAddDefault(_more, hash, out _);
            (more ??= []).Add(sequence);
        }
    }

    /// <summary>Binds a message to a request, in the place of one that can no longer be shown.</summary>
    public void Bind(long sequence, ulong request)
    {
        if (_byHash.TryGetValue(request, out var before))
        {
            entries[before].ReplyHash = 0;
            entries[before].IsBound = false;
            entries.Touch(before);
        }

        Forget(sequence);
        ref var entry = ref entries[sequence];
        entry.ReplyHash = request;
        entry.IsBound = true;
        entries.Touch(sequence);
        _byHash[request] = sequence;
    }

    public bool TryFind(ulong hash, out long sequence) => _byHash.TryGetValue(hash, out sequence);

    /// <summary>All messages that carry this, the first of them first.</summary>
    public IEnumerable<long> FindAll(ulong hash) => _byHash.TryGetValue(hash, out var first)
        ? _more.GetValueOrDefault(hash, []).Prepend(first)
        : [];

    /// <summary>Forgets by what a message was known.</summary>
    public void Forget(long sequence)
    {
        var hash = entries[sequence].ReplyHash;
        var isFirst = _byHash.TryGetValue(hash, out var first) && first == sequence;
        if (_more.TryGetValue(hash, out var more))
        {
            _byHash[hash] = isFirst ? more.Min : first;
            more.Remove(isFirst ? more.Min : sequence);
            if (more.Count == 0)
            {
                _more.Remove(hash);
            }
        }
        else if (isFirst)
        {
            _byHash.Remove(hash);
        }
    }

    /// <summary>Says that a request waits for a message that carries this; one that another request waits for stays with that one.</summary>
    public void Await(ulong hash, ulong request, long now)
    {
        if (_tickets.Count >= _sweepAt)
        {
            DropOverdue(now);
            _sweepAt = Math.Max(EnoughTickets, 2 * _tickets.Count);
        }

        if (!_tickets.TryGetValue(hash, out var ticket) || ticket.Request == request || ticket.Until <= now)
        {
            _tickets[hash] = (request, now + ticketMs);
        }
    }

    public void StopAwaiting(ulong hash, ulong request)
    {
        if (_tickets.TryGetValue(hash, out var ticket) && ticket.Request == request)
        {
            _tickets.Remove(hash);
        }
    }

    /// <summary>The request that waits for a message that carries this; 0 where none does. It waits no longer then.</summary>
    public ulong TakeAwaiting(ulong hash, long now) =>
        hash != 0 && _tickets.Remove(hash, out var ticket) && ticket.Until > now ? ticket.Request : 0;

    /// <summary>Notes that a reply's body is kept after its ack.</summary>
    public void Keep(long sequence) => _kept.Enqueue(sequence);

    /// <summary>Takes out the oldest kept reply where there are more than <paramref name="max"/>.</summary>
    public bool TryTakeOverflow(int max, out long sequence)
    {
        sequence = 0;
        return _kept.Count > max && _kept.TryDequeue(out sequence);
    }

    // Only a front that vanished leaves a ticket behind.
    private void DropOverdue(long now)
    {
        foreach (var (hash, ticket) in _tickets.ToArray())
        {
            if (ticket.Until <= now)
            {
                _tickets.Remove(hash);
            }
        }
    }
}
