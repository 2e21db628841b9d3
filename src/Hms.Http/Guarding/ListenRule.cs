using System.Net;

namespace Hms.Http.Guarding;

/// <summary>In open mode nobody is authenticated, so the server listens on loopback only, unless it is told that this is meant.</summary>
internal static class ListenRule
{
    /// <summary>Refuses an address before it is bound.</summary>
    /// <exception cref="InvalidOperationException">The address can be reached from elsewhere.</exception>
    public static void Check(EndPoint address, HttpOptions options)
    {
        // What is not an IP address is a socket or pipe of this machine.
        if (address is IPEndPoint ip && !IPAddress.IsLoopback(ip.Address) && !options.Insecure)
        {
            throw new InvalidOperationException(
                $"Nobody is authenticated in open mode, so {ip} is refused: listen on 127.0.0.1, "
                + "or say --insecure if everyone who can reach that address may do everything.");
        }
    }
}
