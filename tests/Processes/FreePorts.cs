using System.Net;
using System.Net.Sockets;

namespace Hms.Processes;

/// <summary>Ports of loopback that nobody listens on, for those who must be told theirs.</summary>
internal static class FreePorts
{
    /// <summary>Different ones, since all are held until each is known.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            return [.. listeners.Select(listener =>
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            })];
        }
        finally
        {
            Array.ForEach(listeners, listener => listener.Dispose());
        }
    }
}
