using Hms.Abstractions;
using Hms.Domain.Barriers;
using Hms.Fabric.Entities;
using Hms.Fabric.Tests.Doubles;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Tests.Entities;

public sealed class BarrierEntityTests : NoEntities
{
    private readonly World _world = new();
    private readonly TaskCompletionSource<SessionView> _looked = new();

    public override IDirectoryPort Directory(int partition) => new SomeDirectory(_ => new ValueTask<SessionView>(_looked.Task));

    /// <summary>Else another object takes its place, and says that there is no barrier after one was made.</summary>
    [Fact]
    public async Task It_stays_in_memory_while_a_call_asks_the_directory()
    {
        var barrier = new BarrierEntity("gate", this, _world.Services, new BarrierLimits());
        var made = barrier.CreateAsync(new BarrierCall("gate", "a", ["a"], 1_000), null, null).AsTask();

        Assert.False(barrier.TryPassivate());

        _looked.SetResult(new SessionView("a", 1, IsAlive: true));
        Assert.True((await _world.Store.CommitUntilAsync(made)).Created);
    }
}
