using System.Net.Sockets;

namespace Hms.Grains;

/// <summary>
/// Says in the fabric's own words what goes wrong between silos: a silo that is gone or does not answer is <see cref="ErrorCode.Unavailable"/>, and
/// whether what was asked has been done is unknown. What the fabric itself says passes unchanged.
/// </summary>
internal sealed class FaultFilter : IOutgoingGrainCallFilter
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception e) when (IsOfTheWay(e) && IsOurs(context))
        {
            var fault = new Fault(ErrorCode.Unavailable, "another silo is away; whether the last change was made is unknown") { RetryAfter = RetryAfter };
            throw new FaultException(fault, e);
        }
    }

    private static bool IsOfTheWay(Exception e) => e is OrleansException or TimeoutException or IOException or SocketException or ObjectDisposedException;

    // Orleans' own grains know their exceptions by their types.
    private static bool IsOurs(IOutgoingGrainCallContext context) =>
        context.Request.GetInterfaceType().Assembly is var assembly && (assembly == typeof(FaultFilter).Assembly || assembly == typeof(IFabric).Assembly);
}
