using Hms.Fabric.Storage;
using Npgsql;

namespace Hms.Storage.Postgres;

/// <summary>
/// Moves the versions of entities on, where they are the ones expected; the others fail alone. New entities come first and known ones after them,
/// each by key: since every process locks in this order, none waits for another in a circle.
/// </summary>
internal static class VersionCheck
{
    private const string Add = """
        INSERT INTO entity (kind, name, version, wake_ms, header)
        SELECT kind, name, 1, wake_ms, header
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[]) WITH ORDINALITY AS new (kind, name, wake_ms, header, at)
        ORDER BY at
        ON CONFLICT (kind, name) DO NOTHING
        RETURNING kind, name, no
        """;

    // The inner part takes the locks in their order, and looks at the version again where it had to wait for one.
    private const string Move = """
        UPDATE entity SET version = entity.version + 1, wake_ms = held.wake_ms,
            header = CASE WHEN held.writes_header THEN held.header ELSE entity.header END
        FROM (
            SELECT entity.no, change.wake_ms, change.writes_header, change.header
            FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bytea[]) WITH ORDINALITY
                AS change (kind, name, expected, wake_ms, writes_header, header, at)
            JOIN entity ON entity.kind = change.kind AND entity.name = change.name AND entity.version = change.expected
            ORDER BY change.at
            FOR UPDATE OF entity) AS held
        WHERE entity.no = held.no
        RETURNING entity.kind, entity.name, entity.no
        """;

    private const string Look = """
        SELECT asked.kind, asked.name, coalesce(entity.version, 0)
        FROM unnest($1::text[], $2::text[]) AS asked (kind, name)
        LEFT JOIN entity ON entity.kind = asked.kind AND entity.name = asked.name
        """;

    /// <summary>Moves on the versions of those who write, and compares those of the others. Of each is known then whether it fails.</summary>
    /// <param name="connection">A connection, in a transaction unless all only compare.</param>
    /// <param name="commits">Commits of different entities.</param>
    public static void Run(NpgsqlConnection connection, IReadOnlyList<PendingCommit> commits)
    {
        var writing = commits.Where(commit => !commit.OnlyCompares).ToList();
        writing.Sort(PendingCommit.Compare);
        using (var batch = connection.CreateBatch())
        {
            var unborn = writing.FindAll(commit => commit.ExpectedVersion == 0);
            if (unborn.Count > 0)
            {
                batch.BatchCommands.Add(Command(Add, Kinds(unborn), Names(unborn), Wakes(unborn), Headers(unborn)));
            }

            var known = writing.FindAll(commit => commit.ExpectedVersion != 0);
            if (known.Count > 0)
            {
                batch.BatchCommands.Add(Command(
                    Move, Kinds(known), Names(known), Versions(known), Wakes(known), Writes(known), Headers(known)));
            }

            TakeNumbers(batch, writing);
        }

        // Also those whose version was another: to say which.
        Compare(connection, [.. commits.Where(commit => commit.OnlyCompares || commit.Number is null)]);
    }

    /// <summary>A command with its parameters in their order.</summary>
    public static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // Texts of our own.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static void TakeNumbers(NpgsqlBatch batch, List<PendingCommit> writing)
    {
        if (batch.BatchCommands.Count == 0)
        {
            return;
        }

        var byKey = writing.ToDictionary(commit => (commit.Kind, commit.Key.Name));
        using var reader = batch.ExecuteReader();
        do
        {
            while (reader.Read())
            {
                byKey[(reader.GetString(0), reader.GetString(1))].Number = reader.GetInt64(2);
            }
        }
        while (reader.NextResult());
    }

    private static void Compare(NpgsqlConnection connection, List<PendingCommit> commits)
    {
        if (commits.Count == 0)
        {
            return;
        }

        var byKey = commits.ToDictionary(commit => (commit.Kind, commit.Key.Name));
        using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Command(Look, Kinds(commits), Names(commits)));
        using var reader = batch.ExecuteReader();
        while (reader.Read())
        {
            var commit = byKey[(reader.GetString(0), reader.GetString(1))];
            var version = reader.GetInt64(2);
            if (!commit.OnlyCompares || version != commit.ExpectedVersion)
            {
                commit.Failure = StoreException.Overtaken(commit.Key, version, commit.ExpectedVersion);
            }
        }
    }

    private static NpgsqlParameter<string[]> Kinds(List<PendingCommit> commits) => new() { TypedValue = [.. commits.Select(commit => commit.Kind)] };

    private static NpgsqlParameter<string[]> Names(List<PendingCommit> commits) => new() { TypedValue = [.. commits.Select(commit => commit.Key.Name)] };

    private static NpgsqlParameter<long[]> Versions(List<PendingCommit> commits) =>
        new() { TypedValue = [.. commits.Select(commit => commit.ExpectedVersion)] };

    private static NpgsqlParameter<long?[]> Wakes(List<PendingCommit> commits) => new() { TypedValue = [.. commits.Select(commit => commit.WakeMs)] };

    private static NpgsqlParameter<bool[]> Writes(List<PendingCommit> commits) =>
        new() { TypedValue = [.. commits.Select(commit => commit.WritesHeader)] };

    private static NpgsqlParameter<byte[]?[]> Headers(List<PendingCommit> commits) => new() { TypedValue = [.. commits.Select(commit => commit.Header)] };
}
