using Orleans.Configuration;
using Orleans.Hosting;

namespace Hms.Grains.Tls;

/// <summary>TLS between clients and silos, on the side of the client.</summary>
public static class ClientTls
{
    /// <summary>
    /// Connects to silos by TLS 1.2 or 1.3 alone, shows them the certificate and trusts those that the authority has signed. Host names are
    /// not compared, revocation is not looked up. A certificate that says what it is for must be for clients.
    /// </summary>
    /// <exception cref="InvalidOperationException">A file cannot be read or used.</exception>
    public static IClientBuilder UseHmsTls(this IClientBuilder builder, TlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var files = new TlsFiles(options, TimeProvider.System);
        return builder.Configure<ClientConnectionOptions>(connections =>
            connections.ConfigureConnection(connection => TlsMiddleware.UseOutbound(connection, files)));
    }
}
