using System.Diagnostics;

namespace Hms.Fabric.Storage;

/// <summary>Those who wait for the next transaction. While the writer writes one, the next gathers here.</summary>
internal sealed class Enlisted : IDisposable
{
    private const int SpinsBetweenLooks = 20;

    // Of those for whom nobody waits: with so many a transaction is not much longer than without.
    private const int PatientAtOnce = 64;
    private static readonly TimeSpan LookOut = TimeSpan.FromMicroseconds(150);

    // How long those for whom nobody waits gather before there is a transaction for them alone.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _some = new(0);
    private readonly Queue<ICommitSource> _patient = new();
    private readonly HashSet<ICommitSource> _patientOnes = new(ReferenceEqualityComparer.Instance);
    private List<ICommitSource> _waiting = [];
    private List<ICommitSource> _taken = [];
    private long _patientSince;
    private bool _stopping;
    private bool _closed;

    /// <summary>Adds one who has something to commit. Where the writer has ended, it is told so.</summary>
    public void Enlist(ICommitSource source, bool urgent)
    {
        if (!TryEnlist(source, urgent))
        {
            // Not from here: who enlists holds the lock under which it is told.
            ThreadPool.UnsafeQueueUserWorkItem(Refuse, source, preferLocal: false);
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
        }

        _some.Release();
    }

    public void Dispose() => _some.Dispose();

    /// <summary>
    /// Waits for those who make up the next transaction; nobody where none came within <paramref name="longest"/>, null when all is
    /// done. The list is good until the next call.
    /// </summary>
    public List<ICommitSource>? Next(TimeSpan longest)
    {
        while (true)
        {
            var came = SpinForSome() || _some.Wait(Sleep(longest));
            lock (_gate)
            {
                if (IsEmpty && _stopping)
                {
                    _closed = true;
                    return null;
                }

                // Whoever enlisted while the last were taken may have been taken with them: then there is nobody.
                if (_waiting.Count > 0 || IsPatienceOver || (IsEmpty && !came))
                {
                    return Take();
                }
            }
        }
    }

    private bool TryEnlist(ICommitSource source, bool urgent)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            var wasEmpty = IsEmpty;
            if (urgent)
            {
                wasEmpty = _waiting.Count == 0;
                _waiting.Add(source);
            }
            else if (_patientOnes.Add(source))
            {
                // One who waits here already keeps the place: its commits may become urgent in between, as often as it likes.
                _patientSince = _patient.Count == 0 ? Stopwatch.GetTimestamp() : _patientSince;
                _patient.Enqueue(source);
            }

            if (!wasEmpty)
            {
                return true;
            }
        }

        _some.Release();
        return true;
    }

    private static void Refuse(ICommitSource source)
    {
        var commit = new EntityCommit();
        source.Collect(commit);
        if (!commit.IsEmpty)
        {
            source.Complete(StoreException.Closed())?.Execute();
        }
    }

    private List<ICommitSource> Take()
    {
        _taken.Clear();
        (_taken, _waiting) = (_waiting, _taken);
        for (var patient = 0; patient < PatientAtOnce && _patient.TryDequeue(out var source); patient++)
        {
            _patientOnes.Remove(source);
            _taken.Add(source);
        }

        if (_stopping)
        {
            _some.Release();
        }

        return _taken;
    }

    private bool IsPatienceOver => _patient.Count > 0 && (_stopping || Stopwatch.GetElapsedTime(_patientSince) >= Patience);

    /// <summary>How long to sleep at most.</summary>
    private TimeSpan Sleep(TimeSpan longest)
    {
        lock (_gate)
        {
            var left = Patience - Stopwatch.GetElapsedTime(_patientSince);
            return _patient.Count == 0 ? longest : left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private bool IsEmpty => _waiting.Count == 0 && _patient.Count == 0;

    /// <summary>
    /// Looks out for the next one for a moment before the thread goes to sleep: waking it takes about as long as a sender needs to come
    /// back with its next message. So one sender alone is served at the speed of the disk.
    /// </summary>
    private bool SpinForSome()
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            if (_some.CurrentCount > 0 && _some.Wait(0))
            {
                return true;
            }

            Thread.SpinWait(SpinsBetweenLooks);
        }
        while (Stopwatch.GetElapsedTime(start) < LookOut);
        return false;
    }
}
