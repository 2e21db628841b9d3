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
            var fault = new Fault(ErrorCode.Unavailable, "a silo is away or does not answer; whether the last change was made is unknown")
            {
                RetryAfter = RetryAfter,
            };
            throw new FaultException(fault, e);
        }
    }

    /// <summary>Whether this is a call of the fabric's. Orleans' own grains know their exceptions by their types.</summary>
    internal static bool IsOurs(IOutgoingGrainCallContext context) =>
        context.Request.GetInterfaceType().Assembly is var assembly && (assembly == typeof(FaultFilter).Assembly || assembly == typeof(IFabric).Assembly);

    private static bool IsOfTheWay(Exception e) => e is OrleansException or TimeoutException or IOException or SocketException or ObjectDisposedException;
}
