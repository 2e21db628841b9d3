using Hms.Simulation.Network;

namespace Hms.Simulation.World;

/// <summary>One machine: what stays when its process dies and is started again.</summary>
internal sealed class SimMachine(SimWorld world, int number)
{
    private int _lives;

    /// <summary>The process on it; null while there is none.</summary>
    public SimNode? Node { get; private set; }

    /// <summary>By how much its wall clock is wrong.</summary>
    public TimeSpan WallClockError { get; set; }

    /// <summary>Starts a process, and again where it cannot start because the store is away.</summary>
    public void Start()
    {
        _lives++;
        Node = new SimNode(world, this, $"n{number}.{_lives}");
        Node.Start();
    }

    /// <summary>The process is gone from one moment to the next.</summary>
    public void Crash()
    {
        if (Node is not { } node)
        {
            return;
        }

        Node = null;
        world.Scheduler.Note(node.Name, "crashes");
        world.Crashes++;
        node.Dispose();
    }
}
