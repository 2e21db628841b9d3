using System.Collections.Concurrent;
using Hms.Domain.Entities;

namespace Hms.Fabric.Storage;

/// <summary>
/// Bodies in memory: all that are not yet stored, which nothing else holds, and of the stored ones as many as the budget allows, the
/// oldest going first. A mailbox that is larger than that is read from the store as it is consumed.
/// </summary>
/// <param name="bytesMax">Bytes of stored bodies kept. Default 4 MiB.</param>
public sealed class BodyCache(long bytesMax = 4 << 20)
{
    private const int Slack = 1024;
    private readonly ConcurrentDictionary<long, MessageBody> _bodies = new();
    private readonly Queue<long> _stored = new();
    private readonly Lock _gate = new();
    private long _bytes;
    private int _compactAt = Slack;

    /// <summary>How many there are.</summary>
    public int Count => _bodies.Count;

    /// <summary>How many numbers it keeps for that.</summary>
    internal int Remembered => _stored.Count;

    /// <summary>The body of that number, where it is here.</summary>
    public bool TryGet(long id, out MessageBody body) => _bodies.TryGetValue(id, out body);

    /// <summary>Adds a body that is not yet stored.</summary>
    public void Add(long id, MessageBody body) => _bodies[id] = body;

    /// <summary>Says that bodies are stored, so that they may go when there is no room.</summary>
    public void Stored(IReadOnlyList<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        lock (_gate)
        {
            foreach (var id in ids)
            {
                if (_bodies.TryGetValue(id, out var body))
                {
                    _stored.Enqueue(id);
                    _bytes += body.Message.Length;
                }
            }

            // What was removed in the meantime stands in the queue still, and goes when its turn comes.
            while (_stored.TryPeek(out var oldest) && (_bytes > bytesMax || !_bodies.ContainsKey(oldest)))
            {
                _stored.Dequeue();
                if (_bodies.TryRemove(oldest, out var body))
                {
                    _bytes -= body.Message.Length;
                }
            }

            Compact();
        }
    }

    /// <summary>Removes bodies that nobody will ask for again.</summary>
    /// <param name="ids">Their numbers.</param>
    /// <param name="stored">Whether they had been stored.</param>
    public void Remove(IReadOnlyList<long> ids, bool stored)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var bytes = 0L;
        foreach (var id in ids)
        {
            bytes += _bodies.TryRemove(id, out var body) ? body.Message.Length : 0;
        }

        if (stored && bytes > 0)
        {
            lock (_gate)
            {
                _bytes -= bytes;
            }
        }
    }

    /// <summary>One body that stays would otherwise keep the numbers of all that came and went after it.</summary>
    private void Compact()
    {
        if (_stored.Count < _compactAt)
        {
            return;
        }

        var there = _stored.Where(_bodies.ContainsKey).ToArray();
        _stored.Clear();
        foreach (var id in there)
        {
            _stored.Enqueue(id);
        }

        _compactAt = (2 * there.Length) + Slack;
    }
}
