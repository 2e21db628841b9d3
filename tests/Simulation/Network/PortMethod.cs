using System.Reflection;
using Hms.Domain.Entities;
using Hms.Simulation.World;

namespace Hms.Simulation.Network;

/// <summary>One method of one kind of port: how it is called here, and how over the network.</summary>
internal abstract class PortMethod(MethodInfo method)
{
    private static readonly Dictionary<MethodInfo, PortMethod> Known = [];

    protected string Name => method.Name;

    public static PortMethod Of(MethodInfo method)
    {
        lock (Known)
        {
            if (!Known.TryGetValue(method, out var known))
            {
                var type = method.ReturnType == typeof(ValueTask)
                    ? typeof(Silent)
                    : typeof(Answering<>).MakeGenericType(method.ReturnType.GetGenericArguments());
                Known.Add(method, known = (PortMethod)Activator.CreateInstance(type, method)!);
            }

            return known;
        }
    }

    public abstract object Call(SimNetwork network, SimNode from, EntityKey key, object?[] arguments);

    /// <summary>Calls once more, over the network, and does not wait for it.</summary>
    public abstract void Repeat(SimNetwork network, SimNode from, EntityKey key, object?[] arguments);

    protected static bool IsHere(SimNetwork network, SimNode from, EntityKey key) => network.World.Placement.Locate(key, from) == from;

    protected object Invoke(SimNode node, EntityKey key, object?[] arguments) =>
        method.Invoke(node.Entities.Find(key), BindingFlags.DoNotWrapExceptions, null, arguments, null)!;

    protected static object?[] With(object?[] arguments, CancellationToken stopped) => [.. arguments[..^1], stopped];

    private sealed class Answering<T>(MethodInfo method) : PortMethod(method)
    {
        public override object Call(SimNetwork network, SimNode from, EntityKey key, object?[] arguments) =>
            IsHere(network, from, key) ? Invoke(from, key, arguments) : new ValueTask<T>(CallAsync(network, from, key, arguments));

        public override void Repeat(SimNetwork network, SimNode from, EntityKey key, object?[] arguments) =>
            _ = CallAsync(network, from, key, arguments);

        private Task<T> CallAsync(SimNetwork network, SimNode from, EntityKey key, object?[] arguments) => network.CallAsync(
            from.Context,
            () => network.World.Placement.Locate(key, from),
            $"{key} {Name}",
            (node, stopped) => (ValueTask<T>)Invoke(node, key, With(arguments, stopped)),
            (CancellationToken)arguments[^1]!);
    }

    private sealed class Silent(MethodInfo method) : PortMethod(method)
    {
        public override object Call(SimNetwork network, SimNode from, EntityKey key, object?[] arguments) =>
            IsHere(network, from, key) ? Invoke(from, key, arguments) : new ValueTask(CallAsync(network, from, key, arguments));

        public override void Repeat(SimNetwork network, SimNode from, EntityKey key, object?[] arguments) =>
            _ = CallAsync(network, from, key, arguments);

        private Task<bool> CallAsync(SimNetwork network, SimNode from, EntityKey key, object?[] arguments) => network.CallAsync(
            from.Context,
            () => network.World.Placement.Locate(key, from),
            $"{key} {Name}",
            async (node, stopped) =>
            {
                await (ValueTask)Invoke(node, key, With(arguments, stopped));
                return true;
            },
            (CancellationToken)arguments[^1]!);
    }
}
