using System.Text;
using Npgsql;

namespace Hms.Storage.Postgres;

/// <summary>The rows and bodies of entities whose versions were moved on, as few statements of many rows each.</summary>
internal static class RowStatements
{
    // The server takes a parameter of up to a gigabyte; both sides hold all of it in memory.
    private const long BytesMax = 16 * 1024 * 1024;

    private const string AddBodies = """
        INSERT INTO body (id, trace, message)
        SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])
        """;

    private const string DeleteBodies = "DELETE FROM body WHERE id = ANY($1::bigint[])";

    private const string PutRows = """
        INSERT INTO entity_row (entity, key, value)
        SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])
        ON CONFLICT (entity, key) DO UPDATE SET value = excluded.value
        """;

    private const string DeleteRows = """
        DELETE FROM entity_row USING unnest($1::bigint[], $2::bytea[]) AS gone (entity, key)
        WHERE entity_row.entity = gone.entity AND entity_row.key = gone.key
        """;

    /// <summary>Adds the statements; returns how many bodies they store.</summary>
    public static int Add(NpgsqlBatch batch, IReadOnlyList<PendingCommit> commits)
    {
        var bodies = commits.SelectMany(commit => commit.Bodies).ToList();
        foreach (var part in Parts(bodies, body => body.Body.Message.Length))
        {
            batch.BatchCommands.Add(VersionCheck.Command(
                AddBodies,
                new NpgsqlParameter<long[]> { TypedValue = part.ConvertAll(body => body.Id).ToArray() },
                Bytes(part.ConvertAll(body => body.Body.TraceParent is { } trace ? Encoding.UTF8.GetBytes(trace) : null)),
                Bytes(part.ConvertAll<byte[]?>(body => body.Body.Message.ToArray()))));
        }

        var rows = commits.SelectMany(commit => commit.Rows.Select(row => (Entity: commit.Number!.Value, row.Key, row.Value))).ToList();
        foreach (var part in Parts(rows.FindAll(row => row.Value is not null), row => row.Value!.Length))
        {
            batch.BatchCommands.Add(VersionCheck.Command(
                PutRows,
                new NpgsqlParameter<long[]> { TypedValue = part.ConvertAll(row => row.Entity).ToArray() },
                Bytes(part.ConvertAll<byte[]?>(row => row.Key)),
                Bytes(part.ConvertAll(row => row.Value))));
        }

        var gone = rows.FindAll(row => row.Value is null);
        if (gone.Count > 0)
        {
            batch.BatchCommands.Add(VersionCheck.Command(
                DeleteRows,
                new NpgsqlParameter<long[]> { TypedValue = gone.ConvertAll(row => row.Entity).ToArray() },
                Bytes(gone.ConvertAll<byte[]?>(row => row.Key))));
        }

        long[] deleted = [.. commits.SelectMany(commit => commit.DeletedBodies).Order()];
        if (deleted.Length > 0)
        {
            batch.BatchCommands.Add(VersionCheck.Command(DeleteBodies, new NpgsqlParameter<long[]> { TypedValue = deleted }));
        }

        return bodies.Count;
    }

    private static NpgsqlParameter<byte[]?[]> Bytes(List<byte[]?> values) => new() { TypedValue = [.. values] };

    /// <summary>Cuts a list where a statement would become too large.</summary>
    private static IEnumerable<List<T>> Parts<T>(List<T> all, Func<T, long> size)
    {
        var from = 0;
        var bytes = 0L;
        for (var i = 0; i < all.Count; i++)
        {
            var next = size(all[i]);
            if (i > from && bytes + next > BytesMax)
            {
                yield return all.GetRange(from, i - from);
                (from, bytes) = (i, 0);
            }

            bytes += next;
        }

        if (from < all.Count)
        {
            yield return all.GetRange(from, all.Count - from);
        }
    }
}
