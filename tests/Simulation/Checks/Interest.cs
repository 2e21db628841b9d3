namespace Hms.Simulation.Checks;

/// <summary>What one supervisor has done about one topic or pattern.</summary>
internal sealed class Interest
{
    /// <summary>Since when it surely subscribes.</summary>
    public long Since { get; set; } = Sent.Never;

    /// <summary>Since when it may have subscribed.</summary>
    public long Tried { get; set; } = Sent.Never;

    /// <summary>Since when it may not subscribe any more, or have begun anew.</summary>
    public long Shaken { get; set; } = Sent.Never;

    /// <summary>Whether something published between two steps surely reaches it.</summary>
    public bool Covers(long begun) => Since < begun && Shaken == Sent.Never;
}
