using Hms.Protocol.Coordination;

namespace Hms.Http.Tests;

/// <summary>Locks that remember what was asked of them.</summary>
internal sealed class FakeLocks : ILocks
{
    public static readonly LockAnswer Grant = new(true, 7, FakeFabric.Time.AddSeconds(30), null, 0);

    private readonly TaskCompletionSource<(string Name, string Owner, long Token)> _released =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public (string Name, LockBid Bid, TimeSpan Wait)? Bid { get; private set; }

    public (string Name, string Owner, long Token, TimeSpan Lease)? Renewed { get; private set; }

    public (string Name, long Token)? Checked { get; private set; }

    public string? Asked { get; private set; }

    /// <summary>What was released first.</summary>
    public Task<(string Name, string Owner, long Token)> Released => _released.Task;

    /// <summary>What an acquisition, with or without a wait, waits for; null where it is over at once.</summary>
    public Func<CancellationToken, Task>? OnWait { get; set; }

    /// <summary>What comes of acquiring.</summary>
    public LockAnswer Answered { get; set; } = Grant;

    /// <summary>Whether every token is current.</summary>
    public bool IsCurrent { get; set; } = true;

    public LockRecord Record { get; set; } = new()
    {
        Name = "db",
        Holder = "sup_b",
        Instance = "one",
        FencingToken = 6,
        ExpiresAt = FakeFabric.Time.AddSeconds(10),
        Waiters = ["sup_c", "sup_d"],
    };

    /// <summary>Why every call is refused; null where none is.</summary>
    public Fault? Refusal { get; set; }

    /// <summary>Why every release is refused; null where none is.</summary>
    public Fault? ReleaseRefusal { get; set; }

    public async ValueTask<LockAnswer> AcquireAsync(
        string name, LockBid bid, TimeSpan wait = default, CancellationToken cancellationToken = default)
    {
        Bid = (name, bid, wait);
        if (OnWait is not null)
        {
            await OnWait(cancellationToken);
        }

        return Refusal is null ? Answered : throw new FaultException(Refusal);
    }

    public ValueTask<LockAnswer> RenewAsync(
        string name, string owner, long fencingToken, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        Renewed = (name, owner, fencingToken, lease);
        return Refusal is null ? new(Grant with { FencingToken = fencingToken }) : throw new FaultException(Refusal);
    }

    public ValueTask ReleaseAsync(
        string name, string owner, long fencingToken, DateTimeOffset? unlessRenewed = null, CancellationToken cancellationToken = default)
    {
        _released.TrySetResult((name, owner, fencingToken));
        cancellationToken.ThrowIfCancellationRequested();
        return (Refusal ?? ReleaseRefusal) is { } fault ? throw new FaultException(fault) : default;
    }

    public ValueTask<bool> CheckAsync(string name, long fencingToken, CancellationToken cancellationToken = default)
    {
        Checked = (name, fencingToken);
        return Refusal is null ? new(IsCurrent) : throw new FaultException(Refusal);
    }

    public ValueTask<LockRecord> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        Asked = name;
        return Refusal is null ? new(Record) : throw new FaultException(Refusal);
    }
}
