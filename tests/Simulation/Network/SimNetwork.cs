using Hms.Simulation.World;

namespace Hms.Simulation.Network;

/// <summary>What lies between clients and nodes, and between nodes.</summary>
internal sealed class SimNetwork(SimWorld world)
{
    public SimWorld World => world;

    /// <summary>How long a message takes on its way.</summary>
    public TimeSpan Way() => world.Dice.Chance(0.9)
        ? world.Dice.Delay(TimeSpan.FromMilliseconds(2))
        : world.Dice.Delay(world.Faults.SlowestWay);

    /// <summary>Calls a node that is looked up when the call arrives.</summary>
    public Task<T> CallAsync<T>(
        SimContext caller,
        Func<SimNode?> locate,
        string what,
        Func<SimNode, CancellationToken, ValueTask<T>> work,
        CancellationToken stopped = default) => new Call<T>(world, caller, what, work, stopped).RunAsync(locate);

    /// <summary>Tells callers that their calls were lost.</summary>
    public static void Lose(List<ICall> calls)
    {
        calls.ForEach(static call => call.Lose());
        calls.Clear();
    }
}
