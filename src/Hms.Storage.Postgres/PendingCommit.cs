using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Storage.Postgres;

/// <summary>What one entity commits, taken over from the <see cref="EntityCommit"/> that is used again for the next.</summary>
internal sealed class PendingCommit
{
    /// <param name="source">The entity.</param>
    /// <param name="commit">What it commits; empty where it could not say.</param>
    /// <param name="failure">Why it fails already; null where it does not.</param>
    public PendingCommit(ICommitSource source, EntityCommit commit, StoreException? failure)
    {
        (Source, Key, ExpectedVersion, OnlyCompares, Failure) = (source, commit.Key, commit.ExpectedVersion, commit.OnlyCompares, failure);
        DecidedAtMs = commit.DecidedAt.ToUnixTimeMilliseconds();
        WakeMs = commit.Wake?.ToUnixTimeMilliseconds();
        Bodies = [.. commit.Bodies];
        DeletedBodies = [.. commit.DeletedBodies];
        foreach (var row in commit.Rows)
        {
            var value = row.Delete ? null : commit.ValueOf(in row).ToArray();
            if (row.Key == RowKey.Header)
            {
                (WritesHeader, Header) = (true, value);
            }
            else
            {
                Rows.Add((row.Key.Encode(), value));
            }
        }
    }

    public ICommitSource Source { get; }

    public EntityKey Key { get; }

    public string Kind => Key.Kind.ToString();

    public long ExpectedVersion { get; }

    public bool OnlyCompares { get; }

    public long DecidedAtMs { get; }

    public long? WakeMs { get; }

    public bool WritesHeader { get; }

    public byte[]? Header { get; }

    /// <summary>Rows with their encoded keys; null as a value deletes one.</summary>
    public List<(byte[] Key, byte[]? Value)> Rows { get; } = [];

    public (long Id, MessageBody Body)[] Bodies { get; }

    public long[] DeletedBodies { get; }

    /// <summary>The number of the entity, once its version was found to be the one expected; null before.</summary>
    public long? Number { get; set; }

    /// <summary>Why it fails alone; null where it does not.</summary>
    public StoreException? Failure { get; set; }

    /// <summary>By key: the order in which all processes lock what they change.</summary>
    public static int Compare(PendingCommit one, PendingCommit other)
    {
        var kinds = string.CompareOrdinal(one.Kind, other.Kind);
        return kinds != 0 ? kinds : string.CompareOrdinal(one.Key.Name, other.Key.Name);
    }
}
