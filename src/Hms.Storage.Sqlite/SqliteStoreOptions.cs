namespace Hms.Storage.Sqlite;

/// <summary>Where the file is, and how it is written.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The folder that holds <c>hms.db</c>; made where it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>Connections that read beside the one that writes. Default 2.</summary>
    public int Readers { get; init; } = 2;

    /// <summary>Pages of 4 KiB in the write-ahead log before they are moved into the database. Default 4,000, so 16 MiB.</summary>
    public int CheckpointPages { get; init; } = 4_000;

    /// <summary>How long a commit waits for somebody else who has the file open, such as a person with a tool. Default 5 s.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pages of 4 KiB that the database may have; beyond it every write fails as on a full disk. Default null: what the disk holds.</summary>
    public long? PagesMax { get; init; }
}
