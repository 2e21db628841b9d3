using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <content>An id that is used more than once, and calls that are refused.</content>
public abstract partial class BarrierConformance
{
    [Fact]
    public async Task Id_may_be_used_again_only_after_its_end()
    {
        var call = await CallAsync(2);
        var another = call with { Participants = [call.Participants[0]] };
        await CreateAsync(call);

        var (again, same) = await CreateAsync(call);
        var fault = await RefusedAsync(ErrorCode.Conflict, () => CreateAsync(another));
        Assert.Equal((false, 1L), (again, same.Generation));
        Assert.Equal(("waiting", 1L), (Text(RecordIn(fault), "state"), (long?)RecordIn(fault)["generation"]));
        await ArriveAsync(call, 1, ready: false);
        await AllToldAsync(call, allReady: false);
        var (created, record) = await CreateAsync(another);

        Assert.Equal((true, 2L, BarrierPhase.Waiting), (created, record.Generation, record.Phase));
        Assert.Empty(record.Ready);
        Assert.Equal(2, (long?)(await ToldAsync(call.Participants[0], "barrier_request", call.BarrierId))["generation"]);
        Assert.Empty(await ReceiveAsync(call.Participants[1]));
    }

    [Fact]
    public async Task Arrival_for_an_earlier_use_of_the_id_does_not_count()
    {
        var call = await CallAsync(2);
        await CreateAsync(call);
        await ArriveAsync(call, 1, ready: false);
        await CreateAsync(call);

        var fault = await RefusedAsync(
            ErrorCode.Conflict, Fabric.Barriers.ArriveAsync(call.BarrierId, call.Participants[0], ready: true, generation: 1));

        Assert.Equal(2, (long?)RecordIn(fault)["generation"]);
        Assert.Empty((await GetAsync(call)).Ready);
        await Soon(Fabric.Barriers.ArriveAsync(call.BarrierId, call.Participants[0], ready: true, generation: 2));
        Assert.Equal([call.Participants[0]], (await GetAsync(call)).Ready);
    }

    [Fact]
    public async Task Idempotency_key_makes_one_barrier_of_a_repeated_call_also_after_its_end_and_a_restart()
    {
        var (call, key) = (await CallAsync(1), NewName("key"));
        Assert.True((await Soon(Fabric.Barriers.CreateAsync(call, key))).Created);
        await ArriveAsync(call, 0);
        await RestartAsync();

        var (created, record) = await Soon(Fabric.Barriers.CreateAsync(call, key));

        Assert.Equal((false, BarrierPhase.Released, 1L), (created, record.Phase, record.Generation));
        await RefusedAsync(ErrorCode.Conflict, Fabric.Barriers.CreateAsync(call with { TimeoutMs = 1 }, key));
        Assert.True((await CreateAsync(call)).Created);
    }

    [Fact]
    public async Task Call_that_nobody_can_meet_is_refused_with_every_problem_and_leaves_no_barrier()
    {
        var call = await CallAsync(2);
        var twice = call with { Participants = [call.Participants[0], call.Participants[1], call.Participants[0]], TimeoutMs = 0 };

        var fault = await RefusedAsync(ErrorCode.Validation, () => CreateAsync(twice));

        Assert.Equal(["/participants/2", "/timeout_ms"], fault.Problems.Select(problem => problem.Path).Order());
        await RefusedAsync(ErrorCode.Validation, () => CreateAsync(call with { Participants = [] }));
        await RefusedAsync(ErrorCode.Validation, () => CreateAsync(call with { TimeoutMs = 86_400_001 }));
        await RefusedAsync(ErrorCode.Validation, () => CreateAsync(call with { BarrierId = "two words" }));
        await RefusedAsync(ErrorCode.DestinationNotFound, () => CreateAsync(call with { Participants = [NewName("nobody")] }));
        await RefusedAsync(ErrorCode.DestinationNotFound, () => GetAsync(call));
    }
}
