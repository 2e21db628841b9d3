using Hms.Abstractions;
using Hms.Domain.Locks;
using Hms.Fabric.Entities;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Tests.Entities;

public sealed class LockEntityTests : NoEntities
{
    private readonly World _world = new();
    private readonly TaskCompletionSource<SessionView> _looked = new();

    public override IDirectoryPort Directory(int partition) => new SomeDirectory(_ => new ValueTask<SessionView>(_looked.Task));

    [Fact]
    public async Task It_stays_in_memory_while_a_call_asks_the_directory()
    {
        var gate = new LockEntity("gate", this, _world.Services, new LockLimits());
        var asked = gate.AcquireAsync(new LockBid("a", 1_000), default, TimeSpan.Zero).AsTask();

        Assert.False(gate.TryPassivate());

        _looked.SetResult(new SessionView("a", 1, IsAlive: true));
        Assert.True((await _world.Store.CommitUntilAsync(asked)).Answer.Granted);
    }
}
