namespace Hms.Http.Tests.Endpoints;

public sealed class AcknowledgingTests
{
    private const string Path = "/v1/supervisors/b/messages";

    [Fact]
    public async Task Ack_tells_how_many_held_and_which_were_stale()
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.PostAsync($"{Path}/ack", """{"receipts":["r1","r2"],"added_later":1}""").JsonAsync();
        Assert.Equal("""{"acked":1,"stale":["r2"]}""", answer.ToJsonString());
        Assert.Equal(["r1", "r2"], front.Fabric.OneMailbox.Acked!);
    }

    [Fact]
    public async Task Nack_gives_back_at_once_unless_told_otherwise()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = front.Fabric.OneMailbox;

        await front.PostAsync($"{Path}/nack", """{"receipts":["r1"],"reason":null}""").JsonAsync();
        Assert.Equal((TimeSpan.Zero, false, null), (mailbox.Nacked!.Delay, mailbox.Nacked.DeadLetter, mailbox.Nacked.Reason));

        await front.PostAsync($"{Path}/nack", """{"receipts":["r1"],"delay_ms":3e3,"dead_letter":true,"reason":"no"}""").JsonAsync();
        Assert.Equal((TimeSpan.FromSeconds(3), true, "no"), (mailbox.Nacked!.Delay, mailbox.Nacked.DeadLetter, mailbox.Nacked.Reason));
    }

    [Fact]
    public async Task Extend_holds_for_the_lease_that_is_asked_for()
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync($"{Path}/extend", """{"receipts":["r1"],"lease_ms":45000}""").JsonAsync();
        Assert.Equal(TimeSpan.FromSeconds(45), front.Fabric.OneMailbox.Extended!.Value.Lease);
        Assert.Equal(["r1"], front.Fabric.OneMailbox.Extended.Value.Receipts);
    }

    [Theory]
    [InlineData("ack", """{"receipts":"r1"}""", "/receipts")]
    [InlineData("ack", """{"receipts":["r1",7,""]}""", "/receipts/1 /receipts/2")]
    [InlineData("nack", """{"receipts":["r1"],"delay_ms":-1,"dead_letter":1,"reason":[]}""", "/dead_letter /delay_ms /reason")]
    [InlineData("extend", """{"receipts":["r1"],"lease_ms":86400001}""", "/lease_ms")]
    [InlineData("extend", """{"receipts":["r1"],"lease_ms":1.5}""", "/lease_ms")]
    public async Task Every_member_that_is_wrong_is_named(string verb, string body, string paths)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(paths.Split(' '), await front.PostAsync($"{Path}/{verb}", body).ProblemsAsync());
        Assert.Null(front.Fabric.OneMailbox.Acked);
    }

    [Theory]
    [InlineData("ack")]
    [InlineData("nack")]
    [InlineData("extend")]
    public async Task Receipts_are_required(string verb)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync($"{Path}/{verb}", "{}").ErrorAsync(ErrorCode.Validation);
        await front.PostAsync($"{Path}/{verb}", null).ErrorAsync(ErrorCode.MessageFormat);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"receipts":[],"receipts":[]}""")]
    [InlineData("""{"receipts":["\ud800"]}""")]
    public async Task Body_that_is_no_json_object_is_a_format_error(string body)
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync($"{Path}/ack", body).ErrorAsync(ErrorCode.MessageFormat);
    }
}
