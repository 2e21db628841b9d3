using System.Diagnostics;

namespace Hms.GrainClient.Connecting;

/// <summary>A client that starts before its silos tries again for a while; then it says where it has looked.</summary>
internal sealed class ConnectRetries(HmsGrainClientOptions options) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // It is made when the client begins to connect.
    private readonly long _since = Stopwatch.GetTimestamp();

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        if (Stopwatch.GetElapsedTime(_since) + Pause > options.ConnectPatience)
        {
            throw new FaultException(
                ErrorCode.Unavailable,
                $"no silo of the cluster {options.ClusterId} was reached within {options.ConnectPatience.TotalSeconds:0.###} s at {options.Where}: "
                    + exception.GetBaseException().Message,
                exception);
        }

        await Task.Delay(Pause, cancellationToken);
        return true;
    }
}
