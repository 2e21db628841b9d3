namespace Hms.Http.Tests.Endpoints;

public sealed class DeadLetterTests
{
    private const string Path = "/v1/supervisors/b/dead-letters";

    [Fact]
    public async Task Dead_letters_are_listed_with_their_bytes()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OneMailbox.DeadLetters = new([new DeadLetter(5, "expired", FakeFabric.Time, 3, "{ \"id\":1 }"u8.ToArray())], "5");

        using var answer = await front.GetAsync($"{Path}?limit=1&after=4");

        Assert.Equal(
            """{"items":[{"sequence":5,"reason":"expired","dead_at":"2025-05-01T14:30:00.000Z","attempt":3,"message":{ "id":1 }}],"next":"5"}""",
            await answer.Content.ReadAsStringAsync());
        Assert.Equal((4L, 1), front.Fabric.OneMailbox.Listed);
    }

    [Fact]
    public async Task List_starts_at_the_beginning_and_the_last_page_has_no_next()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal("""{"items":[]}""", (await front.GetAsync(Path).JsonAsync()).ToJsonString());
        Assert.Equal((0L, 100), front.Fabric.OneMailbox.Listed);
        Assert.Equal(["/after", "/limit"], await front.GetAsync($"{Path}?limit=1001&after=x").ProblemsAsync());
    }

    [Fact]
    public async Task Redrive_takes_those_named_or_all()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal("""{"redriven":2}""", (await front.PostAsync($"{Path}/redrive", """{"sequences":[3,4]}""").JsonAsync()).ToJsonString());
        Assert.Equal([3L, 4L], front.Fabric.OneMailbox.Redriven!);
        Assert.Equal("""{"redriven":7}""", (await front.PostAsync($"{Path}/redrive", null).JsonAsync()).ToJsonString());
        Assert.Null(front.Fabric.OneMailbox.Redriven);
        Assert.Equal(["/sequences/0"], await front.PostAsync($"{Path}/redrive", """{"sequences":["3"]}""").ProblemsAsync());
    }

    [Fact]
    public async Task Purge_tells_how_many_there_were()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal("""{"purged":4}""", (await front.SendAsync(HttpMethod.Delete, Path).JsonAsync()).ToJsonString());
    }
}
