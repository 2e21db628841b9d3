using Hms.Protocol.Coordination;

namespace Hms.Http.Tests.Endpoints;

public sealed class BarrierTests
{
    private const string Least = """{"barrier_id":"deploy/42","initiator":"ga","participants":["sup_a","sup_b"],"timeout_ms":5000}""";

    [Fact]
    public async Task Call_is_read_whole_and_its_record_is_written()
    {
        await using var front = await TestFront.StartAsync();

        var record = await front.PostAsync("/v1/barriers", Least.Insert(1, "\"added_later\":null,")).JsonAsync(HttpStatusCode.Created);

        Answers.AssertSame(
            """
            {"barrier_id":"deploy/42","initiator":"ga","state":"waiting","participants":["sup_a","sup_b"],"ready":[],"missing":["sup_a","sup_b"],
            "all_ready":false,"generation":1,"timeout_ms":5000,"created_at":"2025-05-01T14:30:00.000Z","deadline_at":"2025-05-01T14:30:05.000Z"}
            """, record);
        var (call, key) = front.Fabric.AllBarriers.Called!.Value;
        Assert.Equal(("deploy/42", "ga", 5_000L, null), (call.BarrierId, call.Initiator, call.TimeoutMs, key));
        Assert.Equal(["sup_a", "sup_b"], call.Participants);
        await Answers.AssertDocumentedAsync(front, "Barrier", record);
    }

    [Fact]
    public async Task Same_call_again_is_answered_with_what_is_there()
    {
        await using var front = await TestFront.StartAsync();
        using (var created = await front.PostAsync("/v1/barriers", Least, ("Idempotency-Key", "\"k 1\"")))
        {
            Assert.Equal("/v1/barriers/deploy%2F42", created.Headers.Location?.OriginalString);
        }

        Assert.Equal("k 1", front.Fabric.AllBarriers.Called!.Value.Key);
        front.Fabric.AllBarriers.IsNew = false;
        using var again = await front.PostAsync("/v1/barriers", Least);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Null(again.Headers.Location);
    }

    [Theory]
    [InlineData("{}", "/barrier_id", "/initiator", "/participants", "/timeout_ms")]
    [InlineData("""{"barrier_id":"","initiator":"a b","participants":[],"timeout_ms":0}""", "/barrier_id", "/initiator", "/participants", "/timeout_ms")]
    [InlineData("""{"barrier_id":1,"initiator":null,"participants":"a","timeout_ms":"5"}""", "/barrier_id", "/initiator", "/participants", "/timeout_ms")]
    [InlineData("""{"barrier_id":"b","initiator":"a","participants":["a","b","a"],"timeout_ms":86400001}""", "/participants/2", "/timeout_ms")]
    [InlineData("""{"barrier_id":"b","initiator":"a","participants":["a","","b c",5],"timeout_ms":1.5}""",
        "/participants/1", "/participants/2", "/participants/3", "/timeout_ms")]
    [InlineData("""{"barrier_id":"b","initiator":"a","participants":["a"],"timeout_ms":null}""", "/timeout_ms")]
    public async Task Every_member_of_a_call_that_is_wrong_is_named(string body, params string[] paths)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(paths, await front.PostAsync("/v1/barriers", body).ProblemsAsync());
        Assert.Null(front.Fabric.AllBarriers.Called);
    }

    [Fact]
    public async Task Problems_of_head_and_body_are_named_together()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(
            ["/Idempotency-Key", "/timeout_ms"],
            await front.PostAsync("/v1/barriers", Least.Replace("5000", "0", StringComparison.Ordinal), ("Idempotency-Key", "\"\"")).ProblemsAsync());
        Assert.Null(front.Fabric.AllBarriers.Called);
    }

    [Fact]
    public async Task Numbers_are_limited()
    {
        await using var front = await TestFront.StartAsync();
        static string Body(int count, long timeout) =>
            $$"""{"barrier_id":"b","initiator":"a","participants":[{{string.Join(',', Enumerable.Range(0, count).Select(n => $"\"s{n}\""))}}],"timeout_ms":{{timeout}}}""";

        await front.PostAsync("/v1/barriers", Body(10_000, 86_400_000)).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(10_000, front.Fabric.AllBarriers.Called!.Value.Call.Participants.Count);
        Assert.Equal(["/participants"], await front.PostAsync("/v1/barriers", Body(10_001, 1)).ProblemsAsync());
    }

    [Theory]
    [InlineData("""{"participant":"team/a:1","ready":true}""", "team/a:1", true, null)]
    [InlineData("""{"participant":"a","ready":false,"generation":null,"whatever":1}""", "a", false, null)]
    [InlineData("""{"participant":"a","ready":true,"generation":9007199254740991}""", "a", true, 9_007_199_254_740_991L)]
    [InlineData("""{"participant":"a","ready":true,"generation":0}""", "a", true, 0L)]
    public async Task Arrival_is_answered_with_the_record(string body, string participant, bool isReady, long? generation)
    {
        await using var front = await TestFront.StartAsync();
        var record = await front.PostAsync("/v1/barriers/deploy%2F42/arrive", body).JsonAsync();
        Assert.Equal(("deploy/42", participant, isReady, generation), front.Fabric.AllBarriers.Arrived);
        Assert.Equal([participant], record["ready"]!.AsArray().Select(name => (string)name!));
    }

    [Theory]
    [InlineData("{}", "/participant", "/ready")]
    [InlineData("""{"participant":"","ready":"yes","generation":-1}""", "/generation", "/participant", "/ready")]
    [InlineData("""{"participant":["a"],"ready":null,"generation":1.5}""", "/generation", "/participant", "/ready")]
    [InlineData("""{"participant":"a b","ready":1,"generation":9007199254740992}""", "/generation", "/participant", "/ready")]
    public async Task Every_member_of_an_arrival_that_is_wrong_is_named(string body, params string[] paths)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(paths, await front.PostAsync("/v1/barriers/b/arrive", body).ProblemsAsync());
        Assert.Null(front.Fabric.AllBarriers.Arrived);
    }

    [Theory]
    [InlineData(BarrierPhase.Released, "released", null)]
    [InlineData(BarrierPhase.Aborted, "aborted", "sup_b is not ready")]
    [InlineData(BarrierPhase.TimedOut, "timed_out", "timed_out")]
    public async Task Record_shows_how_a_barrier_has_ended(BarrierPhase phase, string state, string? reason)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.AllBarriers.Record = FakeBarriers.RecordOf("b") with { Phase = phase, Reason = reason, Generation = 2 };
        var record = await front.GetAsync("/v1/barriers/b").JsonAsync();
        Assert.Equal((state, reason, phase == BarrierPhase.Released), ((string?)record["state"], (string?)record["reason"], (bool?)record["all_ready"]));
        await Answers.AssertDocumentedAsync(front, "Barrier", record);
    }
}
