using Orleans.Configuration;
using Orleans.Hosting;

namespace Hms.Grains.Tls;

/// <summary>TLS between silos, and between clients and silos on the side of the silo.</summary>
public static class SiloTls
{
    /// <summary>
    /// Speaks TLS 1.2 or 1.3 alone, with silos and with clients; both sides show a certificate that the authority has signed. Host names are
    /// not compared, revocation is not looked up. A certificate that says what it is for must be for servers and for clients, since a silo is
    /// both. All silos of a cluster begin with it at once: one that does not use it cannot speak with one that does.
    /// </summary>
    /// <exception cref="InvalidOperationException">A file cannot be read or used.</exception>
    public static ISiloBuilder UseHmsTls(this ISiloBuilder builder, TlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var files = new TlsFiles(options, TimeProvider.System);
        return builder.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(connection => TlsMiddleware.UseInbound(connection, files));
            connections.ConfigureSiloOutboundConnection(connection => TlsMiddleware.UseOutbound(connection, files));
            connections.ConfigureGatewayInboundConnection(connection => TlsMiddleware.UseInbound(connection, files));
        });
    }
}
