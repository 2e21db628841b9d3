namespace Hms.Protocol;

/// <summary>The order in which waiting messages are delivered (sections 2.1 and 9.3). Larger goes first.</summary>
public enum Priority
{
    /// <summary>After all others.</summary>
    Low,

    /// <summary>The default.</summary>
    Normal,

    /// <summary>Before normal and low.</summary>
    High,

    /// <summary>Before all others.</summary>
    Critical,
}

/// <summary>The names of the priorities on the wire.</summary>
public static class Priorities
{
    /// <summary>How many priorities there are.</summary>
    public const int Count = 4;

#pragma warning disable CS8524 // A forgotten member must break the build.
    /// <summary>The name on the wire.</summary>
    public static string WireName(this Priority priority) => priority switch
    {
        Priority.Low => "low",
        Priority.Normal => "normal",
        Priority.High => "high",
        Priority.Critical => "critical",
    };
#pragma warning restore CS8524

    /// <summary>The priority of that name, which is case-sensitive; null where there is none.</summary>
    public static Priority? FromWire(ReadOnlySpan<char> name) => name switch
    {
        "low" => Priority.Low,
        "normal" => Priority.Normal,
        "high" => Priority.High,
        "critical" => Priority.Critical,
        _ => null,
    };
}
