namespace Hms.Grains;

/// <summary>
/// Looks through the store for entities that are overdue, since the silo that was to wake them is gone, and wakes them. There is one in a cluster, with
/// key <c>0</c>; a reminder sees to it that it comes back.
/// </summary>
[Alias("hms.IWakerGrain")]
public interface IWakerGrain : IGrainWithIntegerKey
{
    /// <summary>Begins to, where it has not.</summary>
    [Alias("start")]
    ValueTask StartAsync();
}
