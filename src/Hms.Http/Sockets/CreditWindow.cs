namespace Hms.Http.Sockets;

/// <summary>What a <c>receive</c> grants.</summary>
/// <param name="Credit">Un-acked deliveries that may be out at once.</param>
/// <param name="Batch">Deliveries that may share a frame.</param>
/// <param name="Lease">How long each is held.</param>
internal readonly record struct CreditTerms(int Credit, int Batch, TimeSpan Lease);

/// <summary>How a window looks at one moment.</summary>
/// <param name="Terms">What was granted last.</param>
/// <param name="Room">Deliveries that may go out.</param>
/// <param name="Lapse">How long until the first lease ends of what is out; none where nothing is.</param>
/// <param name="Changed">Ends when the window has changed, where there is no room.</param>
internal readonly record struct WindowView(CreditTerms Terms, int Room, TimeSpan? Lapse, Task Changed);

/// <summary>
/// Which deliveries are out on one socket, un-acked and still leased, against the credit granted. A lease is counted from when its
/// delivery came here, on the monotonic clock: that is a little later than it began, never earlier.
/// </summary>
internal sealed class CreditWindow(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _out = new(StringComparer.Ordinal);
    private CreditTerms _terms = new(0, 1, TimeSpan.FromSeconds(30));
    private TaskCompletionSource? _changed;

    // No lease ends before this; found anew only when it has come, so that an ack costs one look-up and no more.
    private long _earliest = long.MaxValue;

    /// <summary>Sets what may be out.</summary>
    public void Grant(CreditTerms terms)
    {
        lock (_gate)
        {
            _terms = terms;
            Change();
        }
    }

    /// <summary>How it looks now.</summary>
    public WindowView Look()
    {
        lock (_gate)
        {
            DropLapsed();
            var room = _terms.Credit - _out.Count;
            var changed = room > 0 ? Task.CompletedTask : (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return new WindowView(_terms, room, _out.Count == 0 ? null : UntilLapse(), changed);
        }
    }

    /// <summary>Notes deliveries as out, as many as there is room for.</summary>
    /// <returns>How many, from the first on.</returns>
    public int Add(IReadOnlyList<Delivery> deliveries, TimeSpan lease)
    {
        lock (_gate)
        {
            DropLapsed();
            var fit = Math.Clamp(_terms.Credit - _out.Count, 0, deliveries.Count);
            var until = After(lease);
            for (var i = 0; i < fit; i++)
            {
                _out[deliveries[i].Receipt] = until;
            }

            _earliest = fit > 0 ? Math.Min(_earliest, until) : _earliest;
            return fit;
        }
    }

    /// <summary>Notes receipts as settled, whichever of them are out; says which were, where somebody wants to know.</summary>
    public void Free(IReadOnlyList<string> receipts, List<string>? were = null)
    {
        lock (_gate)
        {
            var before = _out.Count;
            for (var i = 0; i < receipts.Count; i++)
            {
                if (_out.Remove(receipts[i]))
                {
                    were?.Add(receipts[i]);
                }
            }

            if (_out.Count < before)
            {
                Change();
            }
        }
    }

    /// <summary>Notes receipts as out again, whose ack failed.</summary>
    public void Restore(IReadOnlyList<string> receipts)
    {
        lock (_gate)
        {
            var until = After(_terms.Lease);
            foreach (var receipt in receipts)
            {
                _out[receipt] = until;
            }

            _earliest = Math.Min(_earliest, until);
        }
    }

    /// <summary>Notes that leases end anew, whichever of them are out: while it is not known yet whether they do, not before they did.</summary>
    public void Extend(IReadOnlyList<string> receipts, TimeSpan lease, bool isCertain)
    {
        lock (_gate)
        {
            var until = After(lease);
            foreach (var receipt in receipts)
            {
                if (_out.TryGetValue(receipt, out var before))
                {
                    _out[receipt] = isCertain ? until : Math.Max(until, before);
                    _earliest = Math.Min(_earliest, until);
                }
            }

            if (isCertain)
            {
                // A lease that now ends sooner is waited for.
                Change();
            }
        }
    }

    /// <summary>What is out.</summary>
    public string[] Receipts()
    {
        lock (_gate)
        {
            return [.. _out.Keys];
        }
    }

    /// <summary>What is out, and is so no longer.</summary>
    public string[] Empty()
    {
        lock (_gate)
        {
            string[] receipts = [.. _out.Keys];
            _out.Clear();
            return receipts;
        }
    }

    private long After(TimeSpan lease) => time.GetTimestamp() + (long)(lease.TotalSeconds * time.TimestampFrequency);

    private TimeSpan UntilLapse() => time.GetElapsedTime(time.GetTimestamp(), _earliest);

    private void DropLapsed()
    {
        var now = time.GetTimestamp();
        if (now < _earliest)
        {
            return;
        }

        _earliest = long.MaxValue;
        foreach (var (receipt, until) in _out)
        {
            if (until <= now)
            {
                _out.Remove(receipt);
            }
            else
            {
                _earliest = Math.Min(_earliest, until);
            }
        }
    }

    private void Change()
    {
        _changed?.SetResult();
        _changed = null;
    }
}
