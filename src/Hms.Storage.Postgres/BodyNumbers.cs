using Hms.Fabric.Storage;

namespace Hms.Storage.Postgres;

/// <summary>
/// Numbers for bodies, from blocks that the database gives to one process each. A second block is had before the first ends; both are large enough to
/// outlast any time that the database is away.
/// </summary>
internal sealed class BodyNumbers(long size)
{
    private readonly Lock _gate = new();
    private readonly Queue<long> _blocks = new();
    private long _next;
    private long _left;

    /// <summary>Whether a further block is to be had from the database.</summary>
    public bool WantsBlock
    {
        get
        {
            lock (_gate)
            {
                return _blocks.Count == 0;
            }
        }
    }

    /// <summary>Adds a block that begins with that number.</summary>
    public void Add(long first)
    {
        lock (_gate)
        {
            _blocks.Enqueue(first);
        }
    }

    /// <exception cref="StoreException">Both blocks have ended while the database was away.</exception>
    public long Next()
    {
        lock (_gate)
        {
            if (_left == 0)
            {
                if (!_blocks.TryDequeue(out _next))
                {
                    throw new StoreException("no numbers for bodies are left, and the database gives no others");
                }

                _left = size;
            }

            _left--;
            return _next++;
        }
    }
}
