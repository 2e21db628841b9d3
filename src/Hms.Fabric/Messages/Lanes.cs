namespace Hms.Fabric.Messages;

/// <summary>
/// Keeps what goes the same way in its order: one begins when the one before it in its lane has ended, whichever takes longer. Lanes do not wait for
/// each other.
/// </summary>
/// <typeparam name="TLane">What names a lane.</typeparam>
internal sealed class Lanes<TLane>
    where TLane : notnull
{
    private readonly Dictionary<TLane, Task> _last = [];
    private readonly Lock _gate = new();

    /// <summary>How many lanes somebody is in.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _last.Count;
            }
        }
    }

    /// <summary>Whether somebody is in a lane.</summary>
    public bool IsBusy(TLane lane)
    {
        lock (_gate)
        {
            return _last.ContainsKey(lane);
        }
    }

    /// <summary>Runs work in its turn. What came of the one before it makes no difference.</summary>
    public async ValueTask<T> RunAsync<T>(TLane lane, Func<ValueTask<T>> work)
    {
        var ended = new TaskCompletionSource();
        Task? before;
        lock (_gate)
        {
            _last.TryGetValue(lane, out before);
            _last[lane] = ended.Task;
        }

        try
        {
            if (before is not null)
            {
                await before;
            }

            return await work();
        }
        finally
        {
            lock (_gate)
            {
                if (_last[lane] == ended.Task)
                {
                    _last.Remove(lane);
                }
            }

            ended.SetResult();
        }
    }
}
