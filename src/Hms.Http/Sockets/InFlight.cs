namespace Hms.Http.Sockets;

/// <summary>What one socket has asked for and has not been answered yet, against what it may have so.</summary>
/// <param name="countMax">Messages, or calls.</param>
/// <param name="bytesMax">Their bytes.</param>
internal sealed class InFlight(int countMax, long bytesMax)
{
    private readonly Lock _gate = new();
    private int _count;
    private long _bytes;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _empty;

    /// <summary>Whether it is as much as it may be.</summary>
    public bool IsFull => Volatile.Read(ref _count) >= countMax || Volatile.Read(ref _bytes) >= bytesMax;

    /// <summary>Counts what begins. Whether there is room is for the caller to see; a frame is taken whole.</summary>
    public void Enter(int count, long bytes)
    {
        lock (_gate)
        {
            _count += count;
            _bytes += bytes;
        }
    }

    /// <summary>Counts what was answered.</summary>
    public void Leave(int count, long bytes)
    {
        lock (_gate)
        {
            _count -= count;
            _bytes -= bytes;
            if (_room is not null && !IsFull)
            {
                _room.SetResult();
                _room = null;
            }

            if (_empty is not null && _count == 0)
            {
                _empty.SetResult();
                _empty = null;
            }
        }
    }

    /// <summary>Waits until there is room.</summary>
    public Task RoomAsync()
    {
        lock (_gate)
        {
            return IsFull ? (_room ??= NewSource()).Task : Task.CompletedTask;
        }
    }

    /// <summary>Waits until everything was answered.</summary>
    public Task EmptyAsync()
    {
        lock (_gate)
        {
            return _count > 0 ? (_empty ??= NewSource()).Task : Task.CompletedTask;
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
