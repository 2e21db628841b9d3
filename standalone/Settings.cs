using Hms.Fabric;

namespace Hms.Standalone.Host;

/// <summary>The host's settings: command line over environment (<c>HMS_…</c>) over <c>appsettings.json</c> in the current folder.</summary>
/// <param name="Urls">Where to listen.</param>
/// <param name="Insecure">Whether to listen beyond loopback although nobody is authenticated.</param>
/// <param name="Fabric">How the fabric behaves.</param>
/// <param name="Storage">Where the data is kept, and how.</param>
internal sealed record Settings(string Urls, bool Insecure, FabricOptions Fabric, StorageSettings Storage)
{
    private const string DefaultUrls = "http://127.0.0.1:8420";
    private const string DefaultData = "hms-data";

    /// <summary>Puts the sources of settings together.</summary>
    /// <exception cref="SettingsException">An argument is not understood.</exception>
    public static void AddSources(ConfigurationManager configuration, string[] args)
    {
        configuration.Sources.Clear();
        configuration
            .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true, reloadOnChange: false)
            .AddEnvironmentVariables("HMS_")
            .AddInMemoryCollection(Arguments.Read(args));
    }

    public static Settings Read(IConfiguration configuration)
    {
        var data = Path.GetFullPath(configuration["Data"] ?? DefaultData);
        return new Settings(
            configuration["Urls"] ?? DefaultUrls,
            Bound(() => configuration.GetValue("Insecure", false)),
            Bound(() => configuration.GetSection("Fabric").Get<FabricOptions>(Strict)) ?? new FabricOptions(),
            StorageSettings.Read(configuration, data));
    }

    /// <summary>Sets options from a section; a name that is none of theirs is refused.</summary>
    public static T Bind<T>(IConfigurationSection section, T options)
        where T : class
    {
        Bound(() =>
        {
            section.Bind(options, Strict);
            return options;
        });
        return options;
    }

    private static void Strict(BinderOptions binder) => binder.ErrorOnUnknownConfiguration = true;

    private static T Bound<T>(Func<T> bind)
    {
        try
        {
            return bind();
        }
        catch (InvalidOperationException e)
        {
            throw new SettingsException(e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message, e);
        }
    }
}

/// <summary>A setting that is not understood.</summary>
internal sealed class SettingsException(string message, Exception? innerException = null) : Exception(message, innerException);
