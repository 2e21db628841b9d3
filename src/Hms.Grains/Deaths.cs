namespace Hms.Grains;

/// <summary>
/// Tells what was asked before a silo died from what was asked since. A silo that stood still and goes on passes on what it was asked before, to the
/// entity where it lives now. Whoever asked has been told by then that the answer is lost, and has mostly asked again elsewhere: what a receive is given so
/// late would be hidden from all others until its lease ends, and a message that is stored so late may have been delivered long ago.
/// </summary>
/// <param name="members">The cluster's members. Their list has a version, which all silos count alike; no clock is needed.</param>
/// <param name="self">This silo.</param>
internal sealed class Deaths(IClusterMembershipService members, SiloAddress self)
{
    private const string Key = "hms.members";

    private const int TriesMax = 3;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // What goes the same way waits for it.
    private static readonly TimeSpan LookMax = TimeSpan.FromSeconds(5);

    private sealed record View(ClusterMembershipSnapshot? Members, MembershipVersion LastDeath);

    private volatile View _view = new(null, MembershipVersion.MinValue);

    /// <summary>Asks, marked with what this silo knows; again where who is asked knows of a death of which this silo has not heard yet.</summary>
    /// <exception cref="FaultException">As the answer is; or this silo was declared dead itself, or does not come to know of what the other knows.</exception>
    public async ValueTask<T> AskAsync<T>(Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            Mark();
            try
            {
                return await ask();
            }
            catch (AskedBeforeException e) when (tries < TriesMax)
            {
                await LookAsync(e, cancellationToken);
            }
            catch (AskedBeforeException e)
            {
                throw Unavailable(e.Message, e);
            }
        }
    }

    /// <summary>Marks what is asked next by what this silo knows.</summary>
    /// <exception cref="FaultException">This silo was declared dead: what it still asks is asked for nobody.</exception>
    public void Mark()
    {
        var now = members.CurrentSnapshot;
        if (now.GetSiloStatus(self) == SiloStatus.Dead)
        {
            throw Unavailable("this silo was declared dead, and ends");
        }

        RequestContext.Set(Key, now.Version.Value);
    }

    /// <summary>Refuses what was asked before the death of a silo that this one knows of. What bears no mark, as from clients of the cluster, passes.</summary>
    /// <exception cref="AskedBeforeException">It was.</exception>
    public void ThrowIfAskedBefore()
    {
        if (RequestContext.Get(Key) is long asked && asked < LastDeath().Value)
        {
            throw new AskedBeforeException();
        }
    }

    private static FaultException Unavailable(string message, Exception? innerException = null) =>
        new(new Fault(ErrorCode.Unavailable, message) { RetryAfter = RetryAfter }, innerException);

    /// <summary>Has this silo read the list of members.</summary>
    private async Task LookAsync(AskedBeforeException refusal, CancellationToken cancellationToken)
    {
        try
        {
            await members.Refresh(cancellationToken: cancellationToken).AsTask().WaitAsync(LookMax, cancellationToken);
        }
#pragma warning disable CA1031 // The list is away: whoever asked is told of the refusal.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            throw Unavailable(refusal.Message, e);
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
