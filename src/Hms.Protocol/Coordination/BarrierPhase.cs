namespace Hms.Protocol.Coordination;

/// <summary>Where a barrier stands: <c>state</c> in its record.</summary>
public enum BarrierPhase
{
    /// <summary>Not all have arrived.</summary>
    Waiting,

    /// <summary>All were ready. Final.</summary>
    Released,

    /// <summary>One was not ready, or its session has ended. Final.</summary>
    Aborted,

    /// <summary>Not all arrived in time. Final.</summary>
    TimedOut,
}

/// <summary>The names of the phases on the wire.</summary>
public static class BarrierPhases
{
#pragma warning disable CS8524 // A forgotten member must break the build.
    /// <summary>The name on the wire.</summary>
    public static string WireName(this BarrierPhase phase) => phase switch
    {
        BarrierPhase.Waiting => "waiting",
        BarrierPhase.Released => "released",
        BarrierPhase.Aborted => "aborted",
        BarrierPhase.TimedOut => "timed_out",
    };
#pragma warning restore CS8524
}
