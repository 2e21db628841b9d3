using System.Collections.Immutable;
using System.Net;
using Hms.Abstractions;
using ErrorCode = Hms.Protocol.ErrorCode;

namespace Hms.Grains.Tests;

/// <summary>What was asked before a silo died is refused, by the version of the list of members and by no clock.</summary>
public sealed class DeathsTests
{
    private readonly Members _asking = new();
    private readonly Members _asked = new();
    private readonly Deaths _deaths;

    public DeathsTests() => _deaths = new(_asked, Member(1).SiloAddress);

    [Fact]
    public void What_was_asked_before_a_death_is_refused_and_what_was_asked_since_passes()
    {
        _asked.Set(1, Member(1), Member(2));
        _asking.Set(1);
        var late = Marked();
        Check(late);

        _asked.Set(2, Member(1), Member(2, SiloStatus.Dead));
        Assert.Throws<AskedBeforeException>(() => Check(late));

        _asking.Set(2);
        Check(Marked());
    }

    [Fact]
    public void Silo_that_joins_or_is_about_to_leave_refuses_nobody()
    {
        _asking.Set(1);
        var early = Marked();
        _asked.Set(1, Member(1));
        Check(early);
        _asked.Set(2, Member(1), Member(2, SiloStatus.Joining));
        Check(early);
        _asked.Set(3, Member(1, SiloStatus.ShuttingDown), Member(2));
        Check(early);
    }

    [Fact]
    public void Death_is_seen_also_where_it_was_never_seen_alive_and_counts_once()
    {
        _asked.Set(1, Member(1));
        _asking.Set(4);
        var late = Marked();
        Check(late);
        _asked.Set(5, Member(1), Member(2, SiloStatus.Dead));
        Assert.Throws<AskedBeforeException>(() => Check(late));

        _asking.Set(5);
        var since = Marked();
        _asked.Set(6, Member(1), Member(2, SiloStatus.Dead), Member(3));
        Check(since);
        _asked.Set(7, Member(1), Member(2, SiloStatus.Dead), Member(3, SiloStatus.Dead));
        Assert.Throws<AskedBeforeException>(() => Check(since));
    }

    [Fact]
    public void What_bears_no_mark_passes()
    {
        _asked.Set(9, Member(1), Member(2, SiloStatus.Dead));
        RequestContext.Clear();
        _deaths.ThrowIfAskedBefore();
    }

    [Fact]
    public async Task Silo_that_has_not_heard_of_a_death_looks_and_asks_again()
    {
        _asking.Set(1, Member(1), Member(2));
        _asked.Set(2, Member(1), Member(2, SiloStatus.Dead));
        _asking.OnRefresh = () => _asking.Set(2, Member(1), Member(2, SiloStatus.Dead));

        Assert.Equal(2, await AskAsync());
        Assert.Equal(1, await AskAsync());
    }

    [Fact]
    public async Task Silo_that_does_not_come_to_know_of_it_tells_whoever_asked()
    {
        _asking.Set(1, Member(1), Member(2));
        _asked.Set(2, Member(1), Member(2, SiloStatus.Dead));
        var looks = 0;
        _asking.OnRefresh = () => looks++;
        var refused = await Assert.ThrowsAsync<FaultException>(AskAsync);
        Assert.Equal((ErrorCode.Unavailable, TimeSpan.FromSeconds(1), 2), (refused.Fault.Code, refused.Fault.RetryAfter, looks));

        _asking.OnRefresh = () => throw new IOException("the list is away");
        refused = await Assert.ThrowsAsync<FaultException>(AskAsync);
        Assert.Equal((ErrorCode.Unavailable, TimeSpan.FromSeconds(1)), (refused.Fault.Code, refused.Fault.RetryAfter));
    }

    [Fact]
    public async Task Silo_that_was_declared_dead_asks_for_nobody()
    {
        _asking.Set(2, Member(1, SiloStatus.Dead), Member(2));
        _asked.Set(2, Member(1, SiloStatus.Dead), Member(2));
        Assert.Equal(ErrorCode.Unavailable, (await Assert.ThrowsAsync<FaultException>(AskAsync)).Fault.Code);

        // It finds so when it is refused, and looks.
        _asking.Set(1, Member(1), Member(2));
        _asking.OnRefresh = () => _asking.Set(2, Member(1, SiloStatus.Dead), Member(2));
        Assert.Contains("this silo was declared dead", (await Assert.ThrowsAsync<FaultException>(AskAsync)).Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_refusals_are_passed_on_at_once()
    {
        _asking.Set(1, Member(1));
        var asked = 0;
        var refused = await Assert.ThrowsAsync<FaultException>(async () => await new Deaths(_asking, Member(1).SiloAddress).AskAsync<int>(
            () =>
            {
                asked++;
                throw new FaultException(ErrorCode.Unavailable, "the store is away");
            },
            CancellationToken.None));

        Assert.Equal(("the store is away", 1), (refused.Fault.Message, asked));
    }

    /// <summary>Asks one silo from another; how often it took.</summary>
    private async Task<int> AskAsync()
    {
        var asked = 0;
        return await new Deaths(_asking, Member(1).SiloAddress).AskAsync(
            () =>
            {
                asked++;
                _deaths.ThrowIfAskedBefore();
                return new ValueTask<int>(asked);
            },
            CancellationToken.None);
    }

    /// <summary>The mark that a call bears which is made now.</summary>
    private long Marked()
    {
        new Deaths(_asking, Member(1).SiloAddress).Mark();
        var mark = Assert.IsType<long>(RequestContext.Get("hms.members"));
        RequestContext.Clear();
        return mark;
    }

    private void Check(long mark)
    {
        RequestContext.Set("hms.members", mark);
        _deaths.ThrowIfAskedBefore();
    }

    private static ClusterMember Member(int silo, SiloStatus status = SiloStatus.Active) =>
        new(SiloAddress.New(IPAddress.Loopback, 11_000 + silo, 1), status, $"silo-{silo}");

    private sealed class Members : IClusterMembershipService
    {
        public ClusterMembershipSnapshot CurrentSnapshot { get; private set; } = Snapshot(0);

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public void Set(int version, params ClusterMember[] members) => CurrentSnapshot = Snapshot(version, members);

        public Action? OnRefresh { get; set; }

        public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default)
        {
            (OnRefresh ?? throw new NotSupportedException())();
            return ValueTask.CompletedTask;
        }

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();

        private static ClusterMembershipSnapshot Snapshot(int version, params ClusterMember[] members) =>
            new(members.ToImmutableDictionary(member => member.SiloAddress), new MembershipVersion(version));
    }
}
