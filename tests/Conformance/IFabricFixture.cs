using Hms.Abstractions;

namespace Hms.Conformance;

/// <summary>A fabric to try the protocol on, with <see cref="SmallLimits"/>. Each fact uses names of its own, so one fabric serves them all.</summary>
public interface IFabricFixture
{
    /// <summary>The fabric; another object after a restart.</summary>
    IFabric Fabric { get; }

    /// <summary>Stops the fabric and starts it again on the same data.</summary>
    Task RestartAsync();

    /// <summary>Moves its clock on, and does what is due by then.</summary>
    Task AdvanceAsync(TimeSpan by);
}

/// <summary>The limits under which a fixture's fabric runs; everything else is as it is by default.</summary>
public static class SmallLimits
{
    /// <summary>Messages in one mailbox.</summary>
    public const int Depth = 40;

    /// <summary>Deliveries of one message.</summary>
    public const int Attempts = 3;

    /// <summary>How long an id is remembered after its ack.</summary>
    public static readonly TimeSpan DedupWindow = TimeSpan.FromMinutes(10);
}
