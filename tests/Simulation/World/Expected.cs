using Hms.Abstractions;
using Hms.Fabric.Storage;

namespace Hms.Simulation.World;

/// <summary>The exceptions that a broken environment brings about. Any other is a bug.</summary>
internal static class Expected
{
    public static bool Is(Exception? exception) => exception is null or FaultException or StoreException or OperationCanceledException;
}
