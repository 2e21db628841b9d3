using Hms.Fabric.Storage;
using Hms.Storage.Postgres;
using Hms.Storage.Sqlite;
using Microsoft.Extensions.Configuration;

namespace Hms.Hosting;

/// <summary>Where the data is kept, and how.</summary>
public abstract record StorageSettings
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
    internal static StorageSettings Read(IConfiguration configuration, string data)
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
        where T : class => section.GetChildren().Any() ? HostSettings.Bind(section, options) : options;

    /// <summary>One file in a folder of this machine.</summary>
    /// <param name="Options">Which folder, and how.</param>
    public sealed record File(SqliteStoreOptions Options) : StorageSettings
    {
        /// <inheritdoc/>
        public override string Where => Options.Folder;

        /// <inheritdoc/>
        public override Task<IEntityStore> OpenAsync() => Task.FromResult<IEntityStore>(SqliteStore.Open(Options));
    }

    /// <summary>A database elsewhere.</summary>
    /// <param name="Options">Which database, and how.</param>
    public sealed record Database(PostgresStoreOptions Options) : StorageSettings
    {
        /// <inheritdoc/>
        public override string Where => Options.Where;

        /// <inheritdoc/>
        public override async Task<IEntityStore> OpenAsync() => await PostgresStore.OpenAsync(Options);
    }
}
