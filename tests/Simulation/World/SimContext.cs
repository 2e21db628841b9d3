using Hms.Fabric;

namespace Hms.Simulation.World;

/// <summary>
/// Whose work it is: one life of a process, one client, or the world itself. Asynchronous code begun here goes on here, when the
/// scheduler says so; once it has died, nothing of it ever runs again.
/// </summary>
internal sealed class SimContext(SimWorld world, string name) : SynchronizationContext, IBackground
{
    public string Name => name;

    public bool IsAlive { get; private set; } = true;

    public void Die() => IsAlive = false;

    public override void Post(SendOrPostCallback d, object? state) => world.Scheduler.Add(this, "goes on", d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("nobody waits here");

    public override SynchronizationContext CreateCopy() => this;

    public void Run<TState>(Action<TState> work, TState state) => world.Scheduler.Add(this, "background", () => work(state));

    /// <summary>Begins asynchronous work later; that it ends badly in an unforeseen way is a failure of the run.</summary>
    public async Task RunAsync(Func<Task> work)
    {
        await Task.Yield();
        try
        {
            await work();
        }
        catch (Exception e) when (!Expected.Is(e))
        {
            world.Fail($"background work of {name} ended with {e}");
            throw;
        }
    }
}
