using Hms.Fabric;
using Microsoft.Extensions.Configuration;

namespace Hms.Hosting;

/// <summary>A host's settings: command line over environment (<c>HMS_…</c>) over <c>appsettings.json</c> in the current folder.</summary>
/// <param name="Urls">Where to listen. Default http://127.0.0.1:8420.</param>
/// <param name="Insecure">Whether to listen beyond loopback although nobody is authenticated. Default false.</param>
/// <param name="Fabric">How the fabric behaves.</param>
/// <param name="Storage">Where the data is kept, and how. Default SQLite, in ./hms-data.</param>
public sealed record HostSettings(string Urls, bool Insecure, FabricOptions Fabric, StorageSettings Storage)
{
    private const string DefaultUrls = "http://127.0.0.1:8420";
    private const string DefaultData = "hms-data";

    /// <summary>Puts the sources of settings together.</summary>
    /// <exception cref="SettingsException">An argument is not understood.</exception>
    public static void AddSources(IConfigurationBuilder configuration, Arguments known, IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(known);
        configuration.Sources.Clear();
        configuration
            .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true, reloadOnChange: false)
            .AddEnvironmentVariables("HMS_")
            .AddInMemoryCollection(known.Read(args));
    }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingsException">One is not understood.</exception>
    public static HostSettings Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var data = Path.GetFullPath(configuration["Data"] ?? DefaultData);
        return new HostSettings(
            configuration["Urls"] ?? DefaultUrls,
            Bound(() => configuration.GetValue("Insecure", false)),
            Bound(() => configuration.GetSection("Fabric").Get<FabricOptions>(Strict)) ?? new FabricOptions(),
            StorageSettings.Read(configuration, data));
    }

    /// <summary>Sets options from a section; a name that is none of theirs is refused.</summary>
    /// <exception cref="SettingsException">A name or a value is not understood.</exception>
    public static T Bind<T>(IConfigurationSection section, T options)
        where T : class => Bound(() =>
        {
            section.Bind(options, Strict);
            return options;
        });

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
/// <param name="message">What is wrong, for the operator.</param>
/// <param name="innerException">What brought it about.</param>
public sealed class SettingsException(string message, Exception? innerException = null) : Exception(message, innerException);
