using Hms.Domain.Entities;
using Hms.Fabric.Storage;
using Hms.Processes;
using Microsoft.Data.Sqlite;

namespace Hms.Storage.Sqlite.Tests;

public sealed class OpeningTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private SqliteStoreOptions Options => new() { Folder = _folder.Combine("data") };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Second_opener_is_refused_and_told_which_folder_is_in_use()
    {
        await using var first = SqliteStore.Open(Options);

        var refused = Assert.Throws<StoreException>(() => SqliteStore.Open(Options));

        Assert.Contains(Options.Folder, refused.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another process", refused.Message, StringComparison.Ordinal);
        Assert.Null(await new FakeEntity("worker").CommitAsync(first));
    }

    [Fact]
    public async Task Folder_can_be_opened_again_once_it_was_closed()
    {
        await SqliteStore.Open(Options).DisposeAsync();

        await SqliteStore.Open(Options).DisposeAsync();
    }

    [Fact]
    public async Task File_of_a_later_version_is_refused_and_left_as_it_is()
    {
        await SqliteStore.Open(Options).DisposeAsync();
        Execute("PRAGMA user_version = 99");

        for (var tries = 0; tries < 2; tries++)
        {
            var refused = Assert.Throws<StoreException>(() => SqliteStore.Open(Options));
            Assert.Contains("schema version 99, written by a later version", refused.Message, StringComparison.Ordinal);
        }

        Execute("PRAGMA user_version = 2");
        await SqliteStore.Open(Options).DisposeAsync();
    }

    [Fact]
    public async Task Header_of_a_file_of_the_first_version_is_moved_to_its_entity()
    {
        var worker = new FakeEntity("worker");
        worker.Rows.Add(RowKey.Header, [1]);
        worker.Rows.Add(RowKey.Of('z'), [2]);
        await using (var store = SqliteStore.Open(Options))
        {
            await worker.CommitAsync(store);
        }

        Execute("""
            INSERT INTO row SELECT no, x'68230000000000000000', header FROM entity;
            ALTER TABLE entity DROP COLUMN header;
            PRAGMA user_version = 1;
            """);

        for (var starts = 0; starts < 2; starts++)
        {
            await using var store = SqliteStore.Open(Options);
            var stored = await store.LoadAsync(worker.Key);
            Assert.Equal([RowKey.Header, RowKey.Of('z')], stored!.Rows.Select(row => row.Key));
            Assert.Equal([1, 2], stored.Rows.Select(row => row.Value.Span[0]));
        }
    }

    [Fact]
    public async Task File_that_is_no_database_is_refused_by_name()
    {
        Directory.CreateDirectory(Options.Folder);
        await File.WriteAllTextAsync(DatabaseFile, new string('x', 8_192));

        var refused = Assert.Throws<StoreException>(() => SqliteStore.Open(Options));

        Assert.Contains(Options.Folder, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_only_file_serves_reads_and_refuses_commits()
    {
        await using (var store = SqliteStore.Open(Options))
        {
            await new FakeEntity("worker").CommitAsync(store);
        }

        File.SetAttributes(DatabaseFile, FileAttributes.ReadOnly);
        Assert.SkipWhen(CanWriteAllTheSame(), "whoever runs this test may write to read-only files");

        await using (var store = SqliteStore.Open(Options))
        {
            var worker = new FakeEntity("worker", version: 1);
            Assert.Contains("readonly", (await worker.CommitAsync(store))!.Message, StringComparison.Ordinal);
            Assert.Equal(1, (await store.LoadAsync(worker.Key))!.Version);
        }

        // SQLite gives its log the mode of the database, so that an operator has both to make writable again.
        foreach (var file in Directory.EnumerateFiles(Options.Folder))
        {
            File.SetAttributes(file, FileAttributes.Normal);
        }

        await using (var store = SqliteStore.Open(Options))
        {
            Assert.Null(await new FakeEntity("worker", version: 1).CommitAsync(store));
        }
    }

    private string DatabaseFile => Path.Combine(Options.Folder, "hms.db");

    private bool CanWriteAllTheSame()
    {
        try
        {
            using var file = new FileStream(DatabaseFile, FileMode.Open, FileAccess.ReadWrite);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Texts of our own.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
