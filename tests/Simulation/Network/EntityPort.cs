using System.Reflection;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Simulation.World;

namespace Hms.Simulation.Network;

/// <summary>
/// Stands for an entity wherever it is, whatever its port: a call goes to the object where it lives here, else over the network. What an
/// entity says from its outbox now and then arrives twice.
/// </summary>
public class EntityPort : DispatchProxy
{
    private static readonly TimeSpan RepeatedWithin = TimeSpan.FromMinutes(1);

    private SimNetwork _network = null!;
    private SimNode _node = null!;
    private EntityKey _key;

    internal static TPort Create<TPort>(SimNetwork network, SimNode node, EntityKey key)
        where TPort : class
    {
        var port = DispatchProxy.Create<TPort, EntityPort>();
        var it = (EntityPort)(object)port;
        (it._network, it._node, it._key) = (network, node, key);
        return port;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = PortMethod.Of(targetMethod!);
        var world = _network.World;
        for (var i = 0; i < args!.Length; i++)
        {
            args[i] = world.Break.Pass(args[i]);
        }

        if (args[0] is OutboxDelivery && world.Dice.Chance(world.Faults.Repeats))
        {
            var again = args.ToArray();
            again[^1] = CancellationToken.None;
            world.Scheduler.After(world.Dice.Delay(RepeatedWithin), world.Context, "repeats", () => method.Repeat(_network, _node, _key, again));
        }

        return method.Call(_network, _node, _key, args);
    }
}
