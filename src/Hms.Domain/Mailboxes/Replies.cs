namespace Hms.Domain.Mailboxes;

/// <summary>
/// Which messages answer which requests, and which requesters wait. A message is known by what it carries (its sender and correlation)
/// until it is bound to a request, and by the request from then on. Waiting is a ticket that must be renewed.
/// </summary>
/// <param name="entries">The entries.</param>
/// <param name="ticketMs">How long a ticket holds.</param>
internal sealed class Replies(EntryTable entries, long ticketMs)
{
    private const int EnoughTickets = 256;
    private readonly Dictionary<ulong, long> _byHash = [];
    private readonly Dictionary<ulong, (ulong Request, long Until)> _tickets = [];
    private readonly Queue<long> _kept = new();

    /// <summary>Whether somebody waits for anything.</summary>
    public bool AnyAwaited => _tickets.Count > 0;

    /// <summary>Makes a message known by what it carries; the latest of several.</summary>
    public void Add(ulong hash, long sequence)
    {
        if (hash != 0)
        {
            _byHash[hash] = sequence;
        }
    }

    /// <summary>Binds a message to a request.</summary>
    public void Bind(long sequence, ulong request)
    {
        Forget(sequence);
        ref var entry = ref entries[sequence];
        entry.ReplyHash = request;
        entry.IsBound = true;
        entries.Touch(sequence);
        _byHash[request] = sequence;
    }

    public bool TryFind(ulong hash, out long sequence) => _byHash.TryGetValue(hash, out sequence);

    /// <summary>Forgets by what a message was known.</summary>
    public void Forget(long sequence)
    {
        var hash = entries[sequence].ReplyHash;
        if (hash != 0 && _byHash.TryGetValue(hash, out var known) && known == sequence)
        {
            _byHash.Remove(hash);
        }
    }

    /// <summary>Says that a request waits for a message that carries this; one that another request waits for stays with that one.</summary>
    public void Await(ulong hash, ulong request, long now)
    {
        if (_tickets.Count >= EnoughTickets)
        {
            DropOverdue(now);
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
