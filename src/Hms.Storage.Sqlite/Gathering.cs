using Hms.Fabric.Storage;

namespace Hms.Storage.Sqlite;

/// <summary>
/// Those who wait for the next transaction. When many came together last time, their successors are most likely on their way: answers go
/// out, and the next requests come in. The writer then waits for half of them, a millisecond at most, for one fsync for all of them
/// leaves more of the machine to everybody than one for the few who were quickest. One who comes alone never waits.
/// </summary>
internal sealed class Gathering : IDisposable
{
    private const int WorthWaitingFor = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _enough = new(0);
    private List<ICommitSource> _enlisted = [];
    private List<ICommitSource> _taken = [];
    private int _decisions;
    private int _wanted = 1;
    private bool _stopping;
    private bool _closed;

    /// <summary>Adds one who has something to commit; false where the writer has ended.</summary>
    public bool TryEnlist(ICommitSource source)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _enlisted.Add(source);
            Count();
            return true;
        }
    }

    public void Join()
    {
        lock (_gate)
        {
            Count();
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            _enough.Release();
        }
    }

    public void Dispose() => _enough.Dispose();

    /// <summary>
    /// Waits for those who make up the next transaction; nobody where none came within <paramref name="longest"/>, null when all is
    /// done. The list is good until the next call.
    /// </summary>
    public List<ICommitSource>? Next(TimeSpan longest)
    {
        while (true)
        {
            var came = WaitForEnough(longest);
            lock (_gate)
            {
                // A decision may have joined an entity that was being collected at that moment: then nobody is left to wait for it.
                _wanted = _decisions < WorthWaitingFor ? 1 : _decisions / 2;
                _decisions = 0;
                if (_enlisted.Count > 0)
                {
                    (_taken, _enlisted) = (_enlisted, _taken);
                    _enlisted.Clear();
                    return _taken;
                }

                if (_stopping)
                {
                    _closed = true;
                    return null;
                }

                if (!came)
                {
                    _taken.Clear();
                    return _taken;
                }
            }
        }
    }

    /// <summary>False where nobody came within <paramref name="longest"/>.</summary>
    private bool WaitForEnough(TimeSpan longest)
    {
        while (true)
        {
            int wanted;
            lock (_gate)
            {
                if (_decisions >= _wanted || _stopping)
                {
                    return true;
                }

                wanted = _wanted;
            }

            if (_enough.Wait(wanted > 1 ? Patience : longest))
            {
                continue;
            }

            if (wanted == 1)
            {
                return false;
            }

            lock (_gate)
            {
                // Whoever did not come within the wait is not coming: from then on, one is enough.
                _wanted = 1;
            }
        }
    }

    private void Count()
    {
        if (++_decisions == _wanted)
        {
            _enough.Release();
        }
    }
}
