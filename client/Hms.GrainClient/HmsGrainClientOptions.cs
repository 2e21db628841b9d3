using System.Net;
using Hms.Grains.Tls;
using Npgsql;

namespace Hms.GrainClient;

/// <summary>Which cluster a client belongs to, and how it finds its silos.</summary>
public sealed class HmsGrainClientOptions
{
    /// <summary>The cluster's id, as its silos have it in <c>--Cluster:Id</c>. Default <c>hms</c>.</summary>
    public string ClusterId { get; set; } = "hms";

    /// <summary>The service's id, as the silos have it in <c>--Cluster:ServiceId</c>. Default <c>hms</c>.</summary>
    public string ServiceId { get; set; } = "hms";

    /// <summary>
    /// Where silos listen for clients: their addresses, with <c>--Silo:GatewayPort</c>. One that is reached is enough; several are all used. Default
    /// 127.0.0.1:30000, as a silo on this machine has it. They do not count where <see cref="PostgresConnection"/> is given.
    /// </summary>
    public IReadOnlyList<IPEndPoint> Gateways { get; set; } = [new(IPAddress.Loopback, 30_000)];

    /// <summary>
    /// The database in which the silos of a cluster with <c>--clustering postgres</c> say who they are, as
    /// <c>Host=…;Database=…;Username=…;Password=…</c>: silos are found there, also those that join later. Default none.
    /// </summary>
    public string? PostgresConnection { get; set; }

    /// <summary>The schema of the fabric's data in that database, as its silos have it in <c>--Storage:Schema</c>. Default <c>hms</c>.</summary>
    public string PostgresSchema { get; set; } = "hms";

    /// <summary>What the client shows to silos that speak TLS only, and whom it trusts; null where they speak in the clear. Default none.</summary>
    public TlsOptions? Tls { get; set; }

    /// <summary>
    /// How long a start tries to reach a silo, or the database, before it fails; an attempt that is under way then goes on for up to 5 s. Default 30 s.
    /// </summary>
    public TimeSpan ConnectPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What the waits of callers are measured by. Default the system's time.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The database with the schema; null where none is given.</summary>
    internal NpgsqlConnectionStringBuilder? Database { get; private set; }

    /// <summary>Where silos are looked for, for a person to read; it holds no password.</summary>
    internal string Where => Database is null
        ? string.Join(", ", Gateways)
        : $"the gateways that the database {Database.Database} on {Database.Host} names";

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">With what is wrong.</exception>
    internal void Check()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(ClusterId);
        ArgumentException.ThrowIfNullOrWhiteSpace(ServiceId);
        ArgumentException.ThrowIfNullOrWhiteSpace(PostgresSchema);
        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectPatience, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(Time);

        // Silos keep who they are in a schema of this name.
        Database = PostgresConnection is null ? null : new NpgsqlConnectionStringBuilder(PostgresConnection) { SearchPath = $"{PostgresSchema}_orleans" };
        if (Database is null && Gateways is not { Count: > 0 })
        {
            throw new ArgumentException($"neither {nameof(Gateways)} nor {nameof(PostgresConnection)} says where silos are");
        }
    }
}
