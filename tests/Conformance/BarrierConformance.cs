using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <summary>Barriers (section 4.5): all go on together or nobody does, and everybody is told the same.</summary>
public abstract partial class BarrierConformance(IFabricFixture fixture) : CoordinationSuite(fixture)
{
    [Fact]
    public async Task Call_makes_a_record_and_a_request_to_each_participant()
    {
        var call = await CallAsync(3);

        var (created, record) = await CreateAsync(call);

        Assert.True(created);
        Assert.Equal((BarrierPhase.Waiting, 1L, null), (record.Phase, record.Generation, record.Reason));
        Assert.Empty(record.Ready);
        Assert.Equal(call.Participants, record.Missing);
        Assert.Equal(record.CreatedAt + Minute, record.DeadlineAt);
        foreach (var participant in call.Participants)
        {
            var asked = await ToldAsync(participant, "barrier_request", call.BarrierId);
            Assert.Equal((call.BarrierId, call.Initiator), ((string?)asked["barrier_id"], (string?)asked["initiator"]));
            Assert.Equal((60_000L, 1L), ((long?)asked["timeout_ms"], (long?)asked["generation"]));
        }

        Assert.Empty(await ReceiveAsync(call.Initiator));
    }

    [Fact]
    public async Task Record_is_written_as_the_contract_shows_it()
    {
        var call = await CallAsync(2);
        await CreateAsync(call);
        await ArriveAsync(call, 1);

        var waiting = Json((await GetAsync(call)).WriteTo);
        await ArriveAsync(call, 0, ready: false);
        var aborted = Json((await GetAsync(call)).WriteTo);

        Assert.Equal((call.BarrierId, call.Initiator, "waiting"), (Text(waiting, "barrier_id"), Text(waiting, "initiator"), Text(waiting, "state")));
        Assert.Equal((false, 1L), ((bool?)waiting["all_ready"], (long?)waiting["generation"]));
        Assert.Equal([call.Participants[1]], Names(waiting["ready"]));
        Assert.Equal([call.Participants[0]], Names(waiting["missing"]));
        Assert.False(waiting.ContainsKey("reason"));
        Assert.Equal(("aborted", false), (Text(aborted, "state"), (bool?)aborted["all_ready"]));
        Assert.NotEqual("", Text(aborted, "reason"));
    }

    [Fact]
    public async Task All_ready_lets_all_go_on_and_tells_the_initiator()
    {
        var call = await CallAsync(3);
        await CreateAsync(call);

        Assert.Equal(BarrierPhase.Waiting, (await ArriveAsync(call, 0)).Phase);
        Assert.Equal(BarrierPhase.Waiting, (await ArriveAsync(call, 2)).Phase);
        var record = await ArriveAsync(call, 1);

        Assert.Equal(BarrierPhase.Released, record.Phase);
        Assert.Equal(call.Participants, record.Ready);
        Assert.Empty(record.Missing);
        Assert.True((bool?)Json(record.WriteTo)["all_ready"]);
        await AllToldAsync(call, allReady: true);
    }

    [Fact]
    public async Task One_that_is_not_ready_ends_it_for_all_with_the_reason()
    {
        var call = await CallAsync(3);
        await CreateAsync(call);
        await ArriveAsync(call, 0);

        var record = await ArriveAsync(call, 1, ready: false);

        Assert.Equal(BarrierPhase.Aborted, record.Phase);
        Assert.Contains(call.Participants[1], record.Reason, StringComparison.Ordinal);
        Assert.Equal(record.Reason, await AllToldAsync(call, allReady: false));
    }

    [Fact]
    public async Task Time_that_is_over_ends_it_for_all_with_the_reason_also_over_a_restart()
    {
        var call = await CallAsync(2) with { TimeoutMs = 10_000 };
        await CreateAsync(call);
        await ArriveAsync(call, 0);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(5));
        await RestartAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(4_999));
        Assert.Equal(BarrierPhase.Waiting, (await GetAsync(call)).Phase);

        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        var record = await GetAsync(call);
        Assert.Equal(BarrierPhase.TimedOut, record.Phase);
        Assert.Equal([call.Participants[1]], record.Missing);
        Assert.Equal(record.Reason, await AllToldAsync(call, allReady: false, isExpired: true));
    }

    [Fact]
    public async Task Time_out_needs_nobody_to_look()
    {
        var call = await CallAsync(1) with { TimeoutMs = 10_000 };
        await CreateAsync(call);

        var told = Task.Run(() => AllToldAsync(call, allReady: false, isExpired: true));

        Assert.NotEqual("", await AdvanceUntilAsync(told, TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Participant_whose_session_ends_ends_it_for_all(bool dies)
    {
        var (mortal, other) = (await MortalAsync(), await RegisteredAsync());
        var call = new BarrierCall(NewName("gate"), await RegisteredAsync(), [other, mortal], 60_000);
        await CreateAsync(call);
        await ArriveAsync(call, 1);

        await (dies ? DieAsync(mortal) : Fabric.Supervisors.DeregisterAsync(mortal).AsTask());

        var record = await EventuallyAsync(() => GetAsync(call), seen => seen.Phase != BarrierPhase.Waiting);
        Assert.Equal(BarrierPhase.Aborted, record.Phase);
        Assert.Contains(mortal, record.Reason, StringComparison.Ordinal);
        await ToldAsync(other, "barrier_request", call.BarrierId);
        foreach (var supervisor in new[] { other, call.Initiator })
        {
            var told = await ToldAsync(supervisor, "barrier_continue", call.BarrierId);
            Assert.Equal((false, record.Reason), ((bool?)told["all_ready"], (string?)told["reason"]));
        }
    }

    [Fact]
    public async Task Participant_that_is_dead_already_ends_it_at_once()
    {
        var (mortal, other) = (await MortalAsync(), await RegisteredAsync());
        await DieAsync(mortal);
        var call = new BarrierCall(NewName("gate"), await RegisteredAsync(), [other, mortal], 60_000);

        var (created, record) = await CreateAsync(call);

        Assert.Equal((true, BarrierPhase.Aborted), (created, record.Phase));
        await ToldAsync(other, "barrier_request", call.BarrierId);
        Assert.False((bool?)(await ToldAsync(other, "barrier_continue", call.BarrierId))["all_ready"]);
        Assert.False((bool?)(await ToldAsync(call.Initiator, "barrier_continue", call.BarrierId))["all_ready"]);
    }

    [Fact]
    public async Task Session_that_ends_after_the_end_changes_nothing()
    {
        var call = await CallAsync(2);
        await CreateAsync(call);
        await ArriveAsync(call, 0);
        await ArriveAsync(call, 1);

        await Fabric.Supervisors.DeregisterAsync(call.Participants[0]);

        Assert.Equal(BarrierPhase.Released, (await GetAsync(call)).Phase);
        await ToldAsync(call.Participants[1], "barrier_request", call.BarrierId);
        await ToldAsync(call.Participants[1], "barrier_continue", call.BarrierId);
        Assert.Empty(await ReceiveAsync(call.Participants[1]));
    }

    [Fact]
    public async Task Second_arrival_of_the_same_participant_counts_once()
    {
        var call = await CallAsync(2);
        await CreateAsync(call);
        await ArriveAsync(call, 0);

        var record = await ArriveAsync(call, 0);

        Assert.Equal(BarrierPhase.Waiting, record.Phase);
        Assert.Equal([call.Participants[0]], record.Ready);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Arrival_after_the_end_changes_nothing_and_gets_a_conflict_with_the_record(bool released)
    {
        var call = await CallAsync(2);
        await CreateAsync(call);
        await ArriveAsync(call, 0, ready: released);
        if (released)
        {
            await ArriveAsync(call, 1);
        }

        foreach (var ready in new[] { true, false })
        {
            var fault = await RefusedAsync(ErrorCode.Conflict, () => ArriveAsync(call, 1, ready));
            Assert.Equal(released ? "released" : "aborted", Text(RecordIn(fault), "state"));
        }

        Assert.Equal(released ? BarrierPhase.Released : BarrierPhase.Aborted, (await GetAsync(call)).Phase);
        await AllToldAsync(call, allReady: released);
    }

    [Fact]
    public async Task Who_takes_no_part_cannot_arrive()
    {
        var call = await CallAsync(1);
        await CreateAsync(call);

        await RefusedAsync(ErrorCode.Forbidden, Fabric.Barriers.ArriveAsync(call.BarrierId, call.Initiator, ready: true));
        await RefusedAsync(ErrorCode.Forbidden, Fabric.Barriers.ArriveAsync(call.BarrierId, "stranger", ready: false));

        Assert.Equal(BarrierPhase.Waiting, (await GetAsync(call)).Phase);
    }

    [Fact]
    public async Task Unknown_barrier_is_not_found()
    {
        var id = NewName("gate");

        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Barriers.GetAsync(id));
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Barriers.GetAsync(id, Minute));
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Barriers.ArriveAsync(id, "anybody", ready: true));
    }

    [Fact]
    public async Task Waiting_for_the_end_returns_when_it_comes_or_the_wait_is_over()
    {
        var call = await CallAsync(1) with { TimeoutMs = 3_600_000 };
        await CreateAsync(call);

        var inVain = Soon(Fabric.Barriers.GetAsync(call.BarrierId, TimeSpan.FromSeconds(10)));
        Assert.Equal(BarrierPhase.Waiting, (await AdvanceUntilAsync(inVain, TimeSpan.FromSeconds(1))).Phase);
        var waiting = Enumerable.Range(0, 3).Select(_ => Soon(Fabric.Barriers.GetAsync(call.BarrierId, Minute))).ToArray();
        await ArriveAsync(call, 0);

        Assert.All(await Task.WhenAll(waiting), record => Assert.Equal(BarrierPhase.Released, record.Phase));
    }

    [Fact]
    public async Task Initiator_that_takes_part_itself_is_told_once()
    {
        var (one, other) = (await RegisteredAsync(), await RegisteredAsync());
        var call = new BarrierCall(NewName("gate"), one, [one, other], 60_000);
        await CreateAsync(call);

        await ArriveAsync(call, 0);
        await ArriveAsync(call, 1);

        await ToldAsync(one, "barrier_request", call.BarrierId);
        await ToldAsync(other, "barrier_request", call.BarrierId);
        Assert.True((bool?)(await ToldAsync(one, "barrier_continue", call.BarrierId))["all_ready"]);
        Assert.True((bool?)(await ToldAsync(other, "barrier_continue", call.BarrierId))["all_ready"]);
        Assert.Empty(await ReceiveAsync(one));
    }

    private async Task<BarrierCall> CallAsync(int participants)
    {
        var names = new List<string>();
        for (var i = 0; i < participants; i++)
        {
            names.Add(await RegisteredAsync("participant"));
        }

        return new BarrierCall(NewName("gate"), await RegisteredAsync("initiator"), names, 60_000);
    }

    private Task<BarrierCreation> CreateAsync(BarrierCall call) => Soon(Fabric.Barriers.CreateAsync(call));

    private Task<BarrierRecord> GetAsync(BarrierCall call) => Soon(Fabric.Barriers.GetAsync(call.BarrierId));

    private Task<BarrierRecord> ArriveAsync(BarrierCall call, int participant, bool ready = true) =>
        Soon(Fabric.Barriers.ArriveAsync(call.BarrierId, call.Participants[participant], ready));

    /// <summary>Every participant was called, and all are told one outcome, the initiator too; why it was given up.</summary>
    private async Task<string?> AllToldAsync(BarrierCall call, bool allReady, bool isExpired = false)
    {
        var told = new List<(bool? AllReady, string? Reason, string? Initiator, long? Generation)>();
        foreach (var supervisor in call.Participants.Append(call.Initiator))
        {
            if (supervisor != call.Initiator && !isExpired)
            {
                await ToldAsync(supervisor, "barrier_request", call.BarrierId);
            }

            var content = isExpired ? await ToldInTheEndAsync(supervisor, call) : await ToldAsync(supervisor, "barrier_continue", call.BarrierId);
            told.Add(((bool?)content["all_ready"], (string?)content["reason"], (string?)content["initiator"], (long?)content["generation"]));
        }

        var outcome = Assert.Single(told.Distinct());
        Assert.Equal((allReady, allReady, call.Initiator), (outcome.AllReady, outcome.Reason is null, outcome.Initiator));
        return outcome.Reason;
    }
}
