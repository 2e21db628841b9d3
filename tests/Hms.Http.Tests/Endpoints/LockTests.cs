using Hms.Protocol.Coordination;

namespace Hms.Http.Tests.Endpoints;

public sealed class LockTests
{
    private const string Path = "/v1/locks/db";

    [Fact]
    public async Task Grant_is_answered_with_its_token_and_the_end_of_its_lease()
    {
        await using var front = await TestFront.StartAsync();
        const string body = """
            {"owner":"team/a:1","instance":"worker 1, é","lease_ms":86400000,"wait_ms":20000,"lock_delay_ms":5000,"added_later":{}}
            """;

        var answer = await front.PostAsync($"{Path}/acquire", body).JsonAsync();

        Answers.AssertSame("""{"granted":true,"fencing_token":7,"expires_at":"2025-05-01T14:30:30.000Z"}""", answer);
        var bid = new LockBid("team/a:1", 86_400_000) { Instance = "worker 1, é", LockDelayMs = 5_000 };
        Assert.Equal(("db", bid, TimeSpan.FromSeconds(20)), front.Fabric.AllLocks.Bid);
        await Answers.AssertDocumentedAsync(front, "LockAnswer", answer);
    }

    [Theory]
    [InlineData("""{"owner":"a"}""")]
    [InlineData("""{"owner":"a","instance":null,"lease_ms":null,"wait_ms":null,"lock_delay_ms":null}""")]
    public async Task Least_bid_has_the_documented_defaults(string body)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync($"{Path}/acquire", body).JsonAsync();
        Assert.Equal(("db", new LockBid("a", 30_000), TimeSpan.Zero), front.Fabric.AllLocks.Bid);
    }

    [Theory]
    [InlineData("\"sup_b\"")]
    [InlineData("null")]
    public async Task Who_is_not_granted_hears_who_has_it(string holder)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.AllLocks.Answered = new LockAnswer(false, 0, null, holder.Trim('"') is "null" ? null : holder.Trim('"'), 3);
        var answer = await front.PostAsync($"{Path}/acquire", """{"owner":"a"}""").JsonAsync();
        Answers.AssertSame($$"""{"granted":false,"holder":{{holder}},"queue_position":3}""", answer);
        await Answers.AssertDocumentedAsync(front, "LockAnswer", answer);
    }

    [Theory]
    [InlineData("60000")]
    [InlineData("60001")]
    [InlineData("9007199254740991")]
    [InlineData("6e4")]
    public async Task Wait_that_is_too_long_is_clamped(string wait)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync($"{Path}/acquire", $$"""{"owner":"a","wait_ms":{{wait}}}""").JsonAsync();
        Assert.Equal(TimeSpan.FromSeconds(60), front.Fabric.AllLocks.Bid!.Value.Wait);
    }

    [Fact]
    public async Task Lease_is_renewed()
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.PostAsync($"{Path}/renew", """{"owner":"a","fencing_token":9007199254740991,"lease_ms":1}""").JsonAsync();
        Answers.AssertSame("""{"granted":true,"fencing_token":9007199254740991,"expires_at":"2025-05-01T14:30:30.000Z"}""", answer);
        Assert.Equal(("db", "a", 9_007_199_254_740_991, TimeSpan.FromMilliseconds(1)), front.Fabric.AllLocks.Renewed);

        await front.PostAsync($"{Path}/renew", """{"owner":"a","fencing_token":0,"lease_ms":null}""").JsonAsync();
        Assert.Equal(("db", "a", 0, TimeSpan.FromSeconds(30)), front.Fabric.AllLocks.Renewed);
    }

    [Fact]
    public async Task Lock_is_released()
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.PostAsync($"{Path}/release", """{"owner":"a","fencing_token":7}""").JsonAsync();
        Answers.AssertSame("""{"released":true}""", answer);
        Assert.Equal(("db", "a", 7L), await front.Fabric.AllLocks.Released);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Token_is_checked(bool isCurrent)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.AllLocks.IsCurrent = isCurrent;
        var answer = await front.PostAsync($"{Path}/check", """{"fencing_token":7,"owner":5}""").JsonAsync();
        Assert.Equal(isCurrent, (bool?)answer["current"]);
        Assert.Equal(("db", 7L), front.Fabric.AllLocks.Checked);
        await Answers.AssertDocumentedAsync(front, "LockCheck", answer);
    }

    [Fact]
    public async Task Record_shows_who_holds_it_and_who_waits()
    {
        await using var front = await TestFront.StartAsync();
        var record = await front.GetAsync("/v1/locks/a%2Fb%3A1").JsonAsync();
        Assert.Equal("a/b:1", front.Fabric.AllLocks.Asked);
        Answers.AssertSame(
            """
            {"lock_id":"db","holder":"sup_b","instance":"one","fencing_token":6,"expires_at":"2025-05-01T14:30:10.000Z","waiters":["sup_c","sup_d"]}
            """, record);
        await Answers.AssertDocumentedAsync(front, "Lock", record);

        front.Fabric.AllLocks.Record = new LockRecord { Name = "db", FencingToken = 6, ClosedUntil = FakeFabric.Time, Waiters = [] };
        record = await front.GetAsync(Path).JsonAsync();
        Answers.AssertSame(
            """{"lock_id":"db","holder":null,"fencing_token":6,"expires_at":null,"closed_until":"2025-05-01T14:30:00.000Z","waiters":[]}""", record);
        await Answers.AssertDocumentedAsync(front, "Lock", record);
    }

    [Theory]
    [InlineData("acquire", "{}", "/owner")]
    [InlineData("acquire", """{"owner":"","instance":"","lease_ms":0,"wait_ms":-1,"lock_delay_ms":-1}""",
        "/instance", "/lease_ms", "/lock_delay_ms", "/owner", "/wait_ms")]
    [InlineData("acquire", """{"owner":1,"instance":2,"lease_ms":"3","wait_ms":true,"lock_delay_ms":[]}""",
        "/instance", "/lease_ms", "/lock_delay_ms", "/owner", "/wait_ms")]
    [InlineData("acquire", """{"owner":"a b","lease_ms":86400001,"wait_ms":9007199254740992,"lock_delay_ms":86400001}""",
        "/lease_ms", "/lock_delay_ms", "/owner", "/wait_ms")]
    [InlineData("acquire", """{"owner":null,"lease_ms":1.5,"wait_ms":0.5}""", "/lease_ms", "/owner", "/wait_ms")]
    [InlineData("renew", "{}", "/fencing_token", "/owner")]
    [InlineData("renew", """{"owner":"é","fencing_token":-1,"lease_ms":0}""", "/fencing_token", "/lease_ms", "/owner")]
    [InlineData("renew", """{"owner":"a","fencing_token":9007199254740992}""", "/fencing_token")]
    [InlineData("release", "{}", "/fencing_token", "/owner")]
    [InlineData("release", """{"owner":"","fencing_token":"7"}""", "/fencing_token", "/owner")]
    [InlineData("check", "{}", "/fencing_token")]
    [InlineData("check", """{"fencing_token":null}""", "/fencing_token")]
    [InlineData("check", """{"fencing_token":1.5}""", "/fencing_token")]
    public async Task Every_member_that_is_wrong_is_named(string what, string body, params string[] paths)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(paths, await front.PostAsync($"{Path}/{what}", body).ProblemsAsync());
        var locks = front.Fabric.AllLocks;
        Assert.True(locks is { Bid: null, Renewed: null, Checked: null, Released.IsCompleted: false });
    }

    [Fact]
    public async Task Lengths_are_limited()
    {
        await using var front = await TestFront.StartAsync();
        static string Body(int length) => $$"""{"owner":"{{new string('o', length)}}","instance":"{{new string('i', length)}}"}""";
        await front.PostAsync($"{Path}/acquire", Body(256)).JsonAsync();
        Assert.Equal(["/instance", "/owner"], await front.PostAsync($"{Path}/acquire", Body(257)).ProblemsAsync());
    }
}
