using Hms.Fabric;

namespace Hms.Grains;

/// <summary>How a silo's part of the fabric behaves.</summary>
public sealed record HmsGrainsOptions
{
    /// <summary>How the fabric behaves; the same on all silos of a cluster.</summary>
    public FabricOptions Fabric { get; init; } = new();

    /// <summary>Where time comes from. The clocks of all silos should agree to within a second, as by NTP. Default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
