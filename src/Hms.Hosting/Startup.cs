using Hms.Fabric.Storage;
using Microsoft.Extensions.Options;

namespace Hms.Hosting;

/// <summary>What can go wrong at the start that is not our bug, and so is told in one sentence.</summary>
public static class Startup
{
    /// <summary>Whether it is one of them.</summary>
    public static bool IsExpected(Exception e) =>
        e is SettingsException or StoreException or OptionsValidationException or IOException
            or UnauthorizedAccessException or InvalidOperationException or FormatException or InvalidDataException;
}
