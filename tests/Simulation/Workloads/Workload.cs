using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>
/// What some clients do to the fabric in a run, and what must hold of it. The fixed cast: scripts that run side by side until the world
/// closes, a check after every step, and one when all is over and everything works again.
/// </summary>
internal abstract class Workload(SimWorld world)
{
    private readonly List<Supervisor> _supervisors = [];

    /// <summary>Its supervisors.</summary>
    public IReadOnlyList<Supervisor> Supervisors => _supervisors;

    protected SimWorld World => world;

    protected Dice Dice => world.Dice;

    /// <summary>Begins all that it does; ends when all of that has ended.</summary>
    public abstract Task RunAsync();

    /// <summary>Checks what must hold at every moment.</summary>
    public virtual void CheckStep()
    {
    }

    /// <summary>Checks, by asking, what must hold when all is over. Everything is answered then.</summary>
    public virtual Task CheckEndAsync() => Task.CompletedTask;

    protected Supervisor NewSupervisor(string name)
    {
        var supervisor = new Supervisor(world, name);
        _supervisors.Add(supervisor);
        return supervisor;
    }

    /// <summary>Does something again and again until the world closes, so often at most.</summary>
    protected async Task RepeatAsync(Supervisor supervisor, int times, Func<Task> act)
    {
        for (var turn = 0; turn < times && !world.IsClosing; turn++)
        {
            await act();
            await supervisor.Client.PauseAsync(TimeSpan.FromSeconds(2));
        }
    }
}
