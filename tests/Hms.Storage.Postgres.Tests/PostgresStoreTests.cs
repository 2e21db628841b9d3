using Hms.Fabric.Storage;

namespace Hms.Storage.Postgres.Tests;

public sealed class PostgresStoreTests(PostgresServer server) : StoreConformance
{
    private readonly string _schema = PostgresTest.NewSchema();

    private protected override async Task<IEntityStore> OpenAsync() => await PostgresStore.OpenAsync(PostgresTest.OptionsOf(server, _schema));
}
