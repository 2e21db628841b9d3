using Hms.Fabric.Storage;
using Hms.Storage.Postgres;
using Hms.Storage.Sqlite;

namespace Hms.Standalone.Host;

/// <summary>Where the data is kept, and how.</summary>
internal abstract record StorageSettings
{
    private StorageSettings()
    {
    }

    /// <summary>Where it is, for the operator; without secrets.</summary>
    public abstract string Where { get; }

    /// <summary>Opens the store.</summary>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public abstract Task<IEntityStore> OpenAsync();

    /// <summary>Reads <c>Storage</c>, and below it the settings of the store that it names.</summary>
    /// <exception cref="SettingsException">It names no store, or a setting is not one of that store's.</exception>
    public static StorageSettings Read(IConfiguration configuration, string data)
    {
        var section = configuration.GetSection("Storage");
        var connection = configuration["Connection"];
        switch (section.Value?.ToUpperInvariant() ?? "SQLITE")
        {
            case "SQLITE" when connection is null:
                return new File(Bind(section, new SqliteStoreOptions { Folder = data }));
            case "SQLITE":
                throw new SettingsException("a Connection is for Storage postgres; sqlite keeps its file in Data");
            case "POSTGRES" when string.IsNullOrWhiteSpace(connection):
                throw new SettingsException("Storage postgres wants a Connection, such as Host=…;Database=…;Username=…");
            case "POSTGRES":
                return new Database(Bind(section, new PostgresStoreOptions { ConnectionString = connection }));
            default:
                throw new SettingsException($"{section.Value} is no Storage: it is sqlite or postgres");
        }
    }

    // The section has a value of its own, the name of the store, which would be taken for its options where there are none below it.
    private static T Bind<T>(IConfigurationSection section, T options)
        where T : class => section.GetChildren().Any() ? Settings.Bind(section, options) : options;

    /// <summary>One file in a folder of this machine.</summary>
    public sealed record File(SqliteStoreOptions Options) : StorageSettings
    {
        public override string Where => Options.Folder;

        public override Task<IEntityStore> OpenAsync() => Task.FromResult<IEntityStore>(SqliteStore.Open(Options));
    }

    /// <summary>A database elsewhere.</summary>
    public sealed record Database(PostgresStoreOptions Options) : StorageSettings
    {
        public override string Where => Options.Where;

        public override async Task<IEntityStore> OpenAsync() => await PostgresStore.OpenAsync(Options);
    }
}
