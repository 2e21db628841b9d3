namespace Hms.Fabric.Entities;

/// <summary>
/// Callers in this process who wait for something that an entity may come to have. A signal wakes one of those who wait for it, first
/// come first served; one who is woken and leaves hands the signal on.
/// </summary>
/// <param name="background">Where those go on who are not woken on the spot.</param>
internal sealed class Signals(IBackground background)
{
    [ThreadStatic]
    private static bool _wakes;

    private readonly Dictionary<ulong, LinkedList<Waiter>> _waiters = [];
    private readonly Lock _gate = new();
    private readonly IBackground _background = background;

    /// <summary>Whether nobody waits.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _waiters.Count == 0;
            }
        }
    }

    /// <summary>Begins to wait. From now on no signal is missed.</summary>
    public Waiter Wait(ulong what)
    {
        var waiter = new Waiter(this, what);
        lock (_gate)
        {
            if (!_waiters.TryGetValue(what, out var list))
            {
                _waiters.Add(what, list = []);
            }

            waiter.Node = list.AddLast(waiter);
        }

        return waiter;
    }

    public void Raise(ulong what)
    {
        Waiter? first = null;
        lock (_gate)
        {
            if (_waiters.TryGetValue(what, out var list))
            {
                first = list.First!.Value;
                Remove(first);
            }
        }

        first?.Wake();
    }

    /// <summary>Wakes all who wait for it.</summary>
    public void RaiseAll(ulong what)
    {
        Waiter[] all;
        lock (_gate)
        {
            if (!_waiters.Remove(what, out var list))
            {
                return;
            }

            all = [.. list];
            foreach (var waiter in all)
            {
                waiter.Node = null;
            }
        }

        foreach (var waiter in all)
        {
            waiter.WakeLater();
        }
    }

    /// <summary>Wakes everybody: what they wait for may have changed in any way.</summary>
    public void RaiseAll()
    {
        Waiter[] all;
        lock (_gate)
        {
            all = [.. _waiters.Values.SelectMany(list => list)];
            _waiters.Clear();
            foreach (var waiter in all)
            {
                waiter.Node = null;
            }
        }

        foreach (var waiter in all)
        {
            waiter.WakeLater();
        }
    }

    private bool Remove(Waiter waiter)
    {
        if (waiter.Node is not { List: { } list } node)
        {
            return false;
        }

        list.Remove(node);
        waiter.Node = null;
        if (list.Count == 0)
        {
            _waiters.Remove(waiter.What);
        }

        return true;
    }

    /// <summary>One who waits. Dispose it when done, whether it was woken or not.</summary>
    internal sealed class Waiter(Signals signals, ulong what) : IDisposable
    {
        private bool _used;

        public ulong What => what;

        public LinkedListNode<Waiter>? Node { get; set; }

        public TaskCompletionSource Source { get; } = new();

        /// <summary>
        /// Goes on here with whoever waits, since handing it to another thread takes longer than most have to do; but what that wakes in turn
        /// goes on elsewhere, so that nobody can pile up more on this thread's stack than one.
        /// </summary>
        public void Wake()
        {
            if (_wakes)
            {
                WakeLater();
                return;
            }

            _wakes = true;
            try
            {
                Source.TrySetResult();
            }
            finally
            {
                _wakes = false;
            }
        }

        public void WakeLater() => signals._background.Run(static source => source.TrySetResult(), Source);

        /// <summary>Says that the signal, if it came, was made use of, so that it is not handed on.</summary>
        public void Use() => _used = true;

        public void Dispose()
        {
            bool stillWaits;
            lock (signals._gate)
            {
                stillWaits = signals.Remove(this);
            }

            if (!stillWaits && !_used)
            {
                signals.Raise(what);
            }

            _used = true;
        }
    }
}
