using Hms.Domain.Entities;
using Hms.Simulation.World;

namespace Hms.Simulation.Network;

/// <summary>
/// Which node has which entity, as a cluster agrees on it: where it was first asked for, until that node dies. While the cluster is
/// split each node takes itself for the only one, and so an entity may be active on both.
/// </summary>
internal sealed class Placement(SimWorld world)
{
    private readonly Dictionary<EntityKey, SimNode> _places = [];

    public bool IsSplit { get; set; }

    /// <summary>Where an entity is, as the asking node sees it; null where no node is alive.</summary>
    public SimNode? Locate(EntityKey key, SimNode asking)
    {
        if (IsSplit)
        {
            return asking;
        }

        if (_places.TryGetValue(key, out var place) && place.Context.IsAlive)
        {
            return place;
        }

        var alive = world.Machines.Where(machine => machine.Node is not null).ToArray();
        return alive.Length == 0 ? null : _places[key] = world.Dice.Pick(alive).Node!;
    }
}
