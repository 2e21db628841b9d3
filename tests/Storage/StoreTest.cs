using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Storage;

/// <summary>A test with a store of its own.</summary>
public abstract class StoreTest : IAsyncLifetime
{
    internal IEntityStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Store.DisposeAsync();
    }

    /// <summary>Opens the store, the same each time.</summary>
    private protected abstract Task<IEntityStore> OpenAsync();

    internal async Task RestartAsync()
    {
        await Store.DisposeAsync();
        await InitializeAsync();
    }

    internal static EntityKey Mailbox(string name) => new(EntityKind.Mailbox, name);

    /// <summary>An entity that writes a row: one without rows only compares its version.</summary>
    internal static FakeEntity Writing(string name, long version = 0)
    {
        var entity = new FakeEntity(name, version);
        entity.Rows.Add(RowKey.Of('w'), [1]);
        return entity;
    }

    /// <summary>Commits several in one transaction: the writer is held until all have enlisted.</summary>
    internal async Task TogetherAsync(params FakeEntity[] entities)
    {
        using var allThere = new ManualResetEventSlim();
        var holding = new FakeEntity("holding the writer") { IsEmpty = true, Collecting = allThere.Wait };
        Store.Enlist(holding, urgent: true);
        foreach (var entity in entities)
        {
            Store.Enlist(entity, urgent: true);
        }

        allThere.Set();
        foreach (var entity in entities.Where(entity => !entity.IsEmpty))
        {
            await entity.Completed;
        }

        await WrittenAsync();
    }

    /// <summary>Returns when the writer is done with all that came before.</summary>
    internal async Task WrittenAsync()
    {
        var reached = new TaskCompletionSource();
        Store.Enlist(new FakeEntity("after") { IsEmpty = true, Collecting = () => reached.TrySetResult() }, urgent: true);
        await reached.Task;
    }
}
