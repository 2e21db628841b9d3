using Hms.Abstractions;
using Hms.Domain.Barriers;
using Hms.Domain.Locks;
using Hms.Fabric.Entities;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Tests.Entities;

/// <summary>
/// An entity stays in memory while a call asks the directory: else another object takes its place, and says that there is nothing after something
/// was made.
/// </summary>
public sealed class VisitTests : NoEntities
{
    private readonly World _world = new();
    private readonly TaskCompletionSource<SessionView> _looked = new();

    public override IDirectoryPort Directory(int partition) => new SomeDirectory(_ => new ValueTask<SessionView>(_looked.Task));

    [Fact]
    public async Task A_barrier_stays()
    {
        var barrier = new BarrierEntity("gate", this, _world.Services, new BarrierLimits());
        var made = barrier.CreateAsync(new BarrierCall("gate", "a", ["a"], 1_000), null, null).AsTask();
        Assert.True((await EndAsync(barrier, made)).Created);
    }

    [Fact]
    public async Task A_lock_stays()
    {
        var gate = new LockEntity("gate", this, _world.Services, new LockLimits());
        var asked = gate.AcquireAsync(new LockBid("a", 1_000), default, TimeSpan.Zero).AsTask();
        Assert.True((await EndAsync(gate, asked)).Answer.Granted);
    }

    private async Task<T> EndAsync<T>(IResident entity, Task<T> call)
    {
        Assert.False(entity.TryPassivate());
        _looked.SetResult(new SessionView("a", 1, IsAlive: true));
        return await _world.Store.CommitUntilAsync(call);
    }
}
