namespace Hms.Protocol;

/// <summary>Whether a supervisor is there.</summary>
public enum Liveness
{
    /// <summary>Heard of in time, or never expected to be heard of.</summary>
    Alive,

    /// <summary>Two heartbeats are missing.</summary>
    Suspect,

    /// <summary>Four heartbeats are missing: its session is over.</summary>
    Dead,
}

/// <summary>The names of the states on the wire.</summary>
public static class LivenessNames
{
#pragma warning disable CS8524 // A forgotten member must break the build.
    /// <summary>The name on the wire.</summary>
    public static string WireName(this Liveness liveness) => liveness switch
    {
        Liveness.Alive => "alive",
        Liveness.Suspect => "suspect",
        Liveness.Dead => "dead",
    };
#pragma warning restore CS8524

    /// <summary>The state of that name; null where there is none.</summary>
    public static Liveness? FromWire(string name) => name switch
    {
        "alive" => Liveness.Alive,
        "suspect" => Liveness.Suspect,
        "dead" => Liveness.Dead,
        _ => null,
    };
}
