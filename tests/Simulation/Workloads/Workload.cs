using Hms.Protocol;
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

    /// <summary>Checks what must hold of all that was heard, when every mailbox has been looked into and nothing can be asked any more.</summary>
    public virtual void CheckHeard()
    {
    }

    protected Supervisor NewSupervisor(string name, Registration? registration = null)
    {
        var supervisor = new Supervisor(world, name) { Registration = registration ?? new Registration("simulated") };
        _supervisors.Add(supervisor);
        return supervisor;
    }

    /// <summary>What one says of itself that gives signs of life, or need not.</summary>
    protected Registration AnyRegistration(double mortal) =>
        new("simulated") { HeartbeatIntervalMs = Dice.Chance(mortal) ? Dice.Between(300, 3_000) : null };

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
