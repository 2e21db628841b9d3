using System.Net.Sockets;
using System.Text.RegularExpressions;
using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres;

/// <summary>What everybody needs who uses PostgreSQL: how it is named, and what is said of it where it fails.</summary>
internal static partial class Postgres
{
    /// <summary>Reads a connection string.</summary>
    /// <param name="connectionString">As Npgsql writes it.</param>
    /// <param name="schema">Where the tables lie: a lower-case letter or <c>_</c>, then up to 62 of <c>a–z 0–9 _</c>.</param>
    /// <exception cref="StoreException">It is not understood, or the schema cannot be named so.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connectionString, string schema)
    {
        if (!SchemaName().IsMatch(schema))
        {
            throw new StoreException($"{schema} cannot name the schema: a-z or _ first, then up to 62 of a-z, 0-9 and _");
        }

        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(connectionString) { Enlist = false };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            // What the library says may hold a part of the password.
            throw new StoreException("the connection string is not understood; it looks like Host=…;Port=…;Database=…;Username=…;Password=…");
        }

        return string.IsNullOrEmpty(builder.Host) ? throw new StoreException("the connection string names no Host") : builder;
    }

    /// <summary>Whether it is the database or the way to it that failed, and not a program that is wrong.</summary>
    public static bool IsAway(Exception e) => e is NpgsqlException or SocketException or IOException or TimeoutException;

    /// <summary>Which database, for the operator; without user and password.</summary>
    public static string Where(NpgsqlConnectionStringBuilder database) =>
        $"{database.Database ?? database.Username} at {database.Host}:{database.Port}";

    /// <summary>The message for the operator.</summary>
    /// <param name="database">Which database.</param>
    /// <param name="what">What cannot be done, such as <c>cannot be read</c>.</param>
    /// <param name="e">What the library said.</param>
    public static StoreException Failure(NpgsqlConnectionStringBuilder database, string what, Exception e)
    {
        var reason = e is PostgresException server ? $"{server.MessageText} ({server.SqlState})"
            : e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message;
        return new StoreException($"the database {Where(database)} {what}: {reason}", e);
    }

    [GeneratedRegex(@"^[a-z_][a-z0-9_]{0,62}\z")]
    private static partial Regex SchemaName();
}
