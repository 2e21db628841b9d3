using System.Diagnostics;
using Hms.Fabric.Storage;

namespace Hms.Storage.Sqlite;

/// <summary>Those who wait for the next transaction. While the writer writes one, the next gathers here.</summary>
internal sealed class Enlisted : IDisposable
{
    private const int SpinsBetweenLooks = 20;

    // Of those for whom nobody waits: with so many a transaction is not much longer than without.
    private const int PatientAtOnce = 64;
    private static readonly TimeSpan LookOut = TimeSpan.FromMicroseconds(150);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _some = new(0);
    private readonly Queue<ICommitSource> _patient = new();
    private readonly HashSet<ICommitSource> _inPatient = new(ReferenceEqualityComparer.Instance);
    private List<ICommitSource> _waiting = [];
    private List<ICommitSource> _taken = [];
    private bool _stopping;
    private bool _closed;

    /// <summary>Adds one who has something to commit; false where the writer has ended.</summary>
    public bool TryEnlist(ICommitSource source, bool urgent)
    {
        bool first;
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            first = IsEmpty;
            if (urgent)
            {
                _waiting.Add(source);
            }
            else if (_inPatient.Add(source))
            {
                // One who waits here already keeps the place: its commits may become urgent in between, as often as it likes.
                _patient.Enqueue(source);
            }
        }

        if (first)
        {
            _some.Release();
        }

        return true;
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
            var came = SpinForSome() || _some.Wait(longest);
            lock (_gate)
            {
                if (IsEmpty && _stopping)
                {
                    _closed = true;
                    return null;
                }

                // Whoever enlisted while the last were taken may have been taken with them: then there is nobody.
                if (!IsEmpty || !came)
                {
                    _taken.Clear();
                    (_taken, _waiting) = (_waiting, _taken);
                    for (var patient = 0; patient < PatientAtOnce && _patient.TryDequeue(out var source); patient++)
                    {
                        _inPatient.Remove(source);
                        _taken.Add(source);
                    }

                    if (_stopping || !IsEmpty)
                    {
                        _some.Release();
                    }

                    return _taken;
                }
            }
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
