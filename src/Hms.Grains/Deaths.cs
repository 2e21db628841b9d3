namespace Hms.Grains;

/// <summary>
/// Tells what was asked before a silo died from what was asked since. A silo that stood still and goes on passes on what it was asked before, to the
/// mailbox where it lives now. Whoever asked has been told by then that the answer is lost: what a receive is given so late would be hidden from all
/// others until its lease ends.
/// </summary>
/// <param name="members">The cluster's members. Their list has a version, which all silos count alike; no clock is needed.</param>
internal sealed class Deaths(IClusterMembershipService members)
{
    private const string Key = "hms.members";

    private sealed record View(ClusterMembershipSnapshot? Members, MembershipVersion LastDeath);

    private volatile View _view = new(null, MembershipVersion.MinValue);

    /// <summary>Marks what is asked next by what this silo knows.</summary>
    public void Mark() => RequestContext.Set(Key, members.CurrentSnapshot.Version.Value);

    /// <summary>Refuses what was asked before the death of a silo that this one knows of. What bears no mark, as from clients of the cluster, passes.</summary>
    /// <exception cref="FaultException">It is to be asked again.</exception>
    public void ThrowIfAskedBefore()
    {
        if (RequestContext.Get(Key) is long asked && asked < LastDeath().Value)
        {
            throw new FaultException(new Fault(ErrorCode.Unavailable, "this was asked before a silo of the cluster died, and is to be asked again")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            });
        }
    }

    private MembershipVersion LastDeath()
    {
        var now = members.CurrentSnapshot;
        var view = _view;
        if (view.Members != now)
        {
            // The dead are kept in the list for days: none of them is missed between two looks.
            var hasDied = now.Members.Values.Any(member =>
                member.Status == SiloStatus.Dead && view.Members?.Members.GetValueOrDefault(member.SiloAddress)?.Status != SiloStatus.Dead);
            _view = view = new View(now, hasDied ? now.Version : view.LastDeath);
        }

        return view.LastDeath;
    }
}
