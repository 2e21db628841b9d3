using System.Net;
using Hms.Grains.Tls;
using Hms.Hosting;
using Hms.Storage.Postgres;

namespace Hms.Silo;

/// <summary>The settings of a silo, besides those that every host has.</summary>
/// <param name="Host">What every host has.</param>
/// <param name="Clustering">How silos find each other.</param>
/// <param name="Database">The database in which they do; null where they do not.</param>
/// <param name="Endpoints">Where this silo is reached.</param>
/// <param name="Cluster">Which cluster it is of.</param>
/// <param name="Tls">What silos show one another; null where they speak in the clear.</param>
/// <param name="Kubernetes">Whether Kubernetes says where it is reached.</param>
/// <param name="Otlp">Where traces and metrics go; null where they go nowhere.</param>
internal sealed record SiloSettings(
    HostSettings Host, Clustering Clustering, PostgresStoreOptions? Database, SiloEndpoints Endpoints, ClusterName Cluster, TlsOptions? Tls, bool Kubernetes, Uri? Otlp)
{
    // PostgreSQL cuts names off at 63.
    private const int SchemaMax = 55;

    private static readonly Arguments Known = Arguments.Common.And(["Clustering", "Otlp"], ["Kubernetes"], ["Silo:", "Cluster:", "Tls:"]);

    /// <summary>Puts the sources of settings together.</summary>
    /// <exception cref="SettingsException">An argument is not understood.</exception>
    public static void AddSources(ConfigurationManager configuration, string[] args)
    {
        HostSettings.AddSources(configuration, Known, args);
        if (KindOf(configuration) == Clustering.Postgres)
        {
            configuration["Storage"] ??= "postgres";
        }
    }

    /// <exception cref="SettingsException">A setting is not understood.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var host = HostSettings.Read(configuration);
        var clustering = KindOf(configuration);
        var database = clustering == Clustering.Postgres ? (host.Storage as StorageSettings.Database)?.Options : null;
        if (clustering == Clustering.Postgres && database is null)
        {
            throw new SettingsException("silos of a cluster share their data: with Clustering postgres, Storage is postgres too");
        }

        if (database?.Schema.Length > SchemaMax)
        {
            throw new SettingsException($"Storage:Schema of a cluster has up to {SchemaMax} characters: beside it lies one named after it, {database.Schema}_orleans");
        }

        var otlp = configuration["Otlp"];
        return new SiloSettings(
            host,
            clustering,
            database,
            HostSettings.Bind(configuration.GetSection("Silo"), new SiloEndpoints()),
            HostSettings.Bind(configuration.GetSection("Cluster"), new ClusterName()),
            TlsOf(configuration.GetSection("Tls")),
            string.Equals(configuration["Kubernetes"], "true", StringComparison.OrdinalIgnoreCase),
            otlp is null ? null
                : Uri.TryCreate(otlp, UriKind.Absolute, out var uri) ? uri
                : throw new SettingsException($"Otlp is no URL: {otlp}"));
    }

    private static TlsOptions? TlsOf(IConfigurationSection section)
    {
        if (!section.GetChildren().Any())
        {
            return null;
        }

        // Set before the rest is read, since they are required.
        string File(string name) => section[name] ?? throw new SettingsException($"Tls:{name} is missing: TLS wants Certificate, Key and Authority");
        return HostSettings.Bind(section, new TlsOptions { Certificate = File("Certificate"), Key = File("Key"), Authority = File("Authority") });
    }

    private static Clustering KindOf(IConfiguration configuration) => (configuration["Clustering"] ?? "localhost").ToUpperInvariant() switch
    {
        "LOCALHOST" => Clustering.Localhost,
        "POSTGRES" => Clustering.Postgres,
        _ => throw new SettingsException($"{configuration["Clustering"]} is no Clustering: it is localhost or postgres"),
    };
}

/// <summary>How silos find each other.</summary>
internal enum Clustering
{
    /// <summary>There is one.</summary>
    Localhost,

    /// <summary>By a table in PostgreSQL.</summary>
    Postgres,
}

/// <summary>Where a silo is reached.</summary>
internal sealed class SiloEndpoints
{
    /// <summary>The IP address or host name under which other silos and clients reach it. Default 127.0.0.1.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Where other silos reach it. Default 11111.</summary>
    public int Port { get; set; } = 11111;

    /// <summary>Where clients reach it. Default 30000.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>The address as other silos use it.</summary>
    /// <exception cref="SettingsException">There is no such host.</exception>
    public IPAddress Resolve()
    {
        try
        {
            return IPAddress.TryParse(Address, out var address) ? address : Dns.GetHostAddresses(Address).First();
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or InvalidOperationException or ArgumentException)
        {
            throw new SettingsException($"Silo:Address {Address} is not known: {e.Message}", e);
        }
    }
}

/// <summary>Which cluster a silo is of.</summary>
internal sealed class ClusterName
{
    /// <summary>Silos that are to find each other have the same. Default hms.</summary>
    public string Id { get; set; } = "hms";

    /// <summary>Stays the same where a cluster takes the place of another over the same data. Default hms.</summary>
    public string ServiceId { get; set; } = "hms";
}
