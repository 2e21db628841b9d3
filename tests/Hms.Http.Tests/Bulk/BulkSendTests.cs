using System.Text;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Bulk;

public sealed class BulkSendTests
{
    [Fact]
    public async Task Every_line_is_sent_byte_for_byte_and_answered_in_order()
    {
        await using var front = await TestFront.StartAsync();
        var spaced = $"  {Lines.Message("m2").Replace("{}", "{\"é\" : 1.50}", StringComparison.Ordinal)}\t";

        var answers = await front.PostLinesAsync($"{Lines.Message("m1")}\n{spaced}\n{Lines.Message("m3")}\n").LinesAsync();

        Assert.Equal(["m1", "m2", "m3"], answers.Ids());
        Assert.Equal("""{"id":"m1","status":"accepted","deliveries":1,"duplicate":false,"durability":"fsync"}""", answers[0].ToJsonString());
        Assert.Equal([Lines.Message("m1"), spaced, Lines.Message("m3")], front.Fabric.Sent());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\n\r\n  \n\t\r\n \t")]
    public async Task Nothing_but_blank_lines_is_answered_with_no_line(string body)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Empty(await front.PostLinesAsync(body).LinesAsync());
        Assert.Empty(front.Fabric.AllSent);
    }

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "\r\n")]
    [InlineData("\n\n \n", "")]
    [InlineData("\r\n\r\n", "\r")]
    public async Task Lines_may_end_as_they_like_and_the_last_need_not_end(string between, string end)
    {
        await using var front = await TestFront.StartAsync();
        var answers = await front.PostLinesAsync($"{between}{Lines.Message("m1")}{between}{Lines.Message("m2")}{end}").LinesAsync();
        Assert.Equal(["m1", "m2"], answers.Ids());
        Assert.Equal([Lines.Message("m1"), Lines.Message("m2")], front.Fabric.Sent());
    }

    [Fact]
    public async Task Bad_line_in_the_middle_does_not_hinder_the_others()
    {
        await using var front = await TestFront.StartAsync();
        var invalid = Lines.Message("m2").Replace("\"a\"", "7", StringComparison.Ordinal);

        var answers = await front.PostLinesAsync($"{Lines.Message("m1")}\nrubbish\n{invalid}\n{Lines.Message("m3")}\n").LinesAsync();

        Assert.Equal(4, answers.Length);
        Answers.AssertError(answers[1], ErrorCode.MessageFormat);
        Answers.AssertError(answers[2], ErrorCode.Validation);
        Assert.Equal("m2", (string?)answers[2]["source_message_id"]);
        Assert.Equal(["m1", "m3"], new[] { answers[0], answers[3] }.Ids());
        using var metrics = await front.GetAsync("/metrics");
        Assert.Contains(
            "hms_refused_total{error_code=\"validation_error\"} 1\n", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_in_a_line_is_answered_with_its_results_in_that_line()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSend = request => new(new SendReceipt("batch", 0, false, Durability.Fsync)
        {
            Results = [new SendOutcome(new SendReceipt("m1", 1, false, Durability.Fsync), null)],
        });
        var answer = Assert.Single(await front.PostLinesAsync(Lines.Message("batch")).LinesAsync());
        Assert.Equal("m1", (string?)answer["results"]![0]!["id"]);
    }

    [Theory]
    [InlineData("application/x-ndjson; charset=utf-8")]
    [InlineData("Application/X-NDJSON")]
    public async Task Content_type_is_known_with_parameters_and_in_any_case(string type)
    {
        await using var front = await TestFront.StartAsync();
        using var body = new StringContent(Lines.Messages(2));
        body.Headers.Remove("Content-Type");
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        Assert.Equal(["m1", "m2"], (await front.PostBodyAsync("/v1/messages", body).LinesAsync()).Ids());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-ndjsonp")]
    [InlineData(null)]
    public async Task Any_other_content_type_is_one_message(string? type)
    {
        await using var front = await TestFront.StartAsync();
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(TestFront.Message));
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        Assert.Equal("m1", (string?)(await front.PostBodyAsync("/v1/messages", body).JsonAsync(HttpStatusCode.Accepted))["id"]);
    }

    [Fact]
    public async Task Headers_go_for_every_line()
    {
        await using var front = await TestFront.StartAsync();
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var answers = await front.PostLinesAsync(Lines.Messages(3), ("Hms-Durability", "memory"), ("traceparent", trace)).LinesAsync();
        Assert.All(answers, answer => Assert.Equal("memory", (string?)answer["durability"]));
        Assert.All(front.Fabric.AllSent, request => Assert.Equal((Durability.Memory, trace), (request.Durability, request.TraceParent)));
    }

    [Fact]
    public async Task Headers_that_mean_one_message_are_refused()
    {
        await using var front = await TestFront.StartAsync();
        var answer = front.PostLinesAsync(
            Lines.Messages(1), ("Prefer", "wait=5"), ("Idempotency-Key", "k"), ("Hms-Durability", "disk"));
        Assert.Equal(["/Hms-Durability", "/Idempotency-Key", "/Prefer"], await answer.ProblemsAsync());
        Assert.Equal("m1", Assert.Single((await front.PostLinesAsync(Lines.Messages(1), ("Prefer", "respond-async")).LinesAsync()).Ids()));
        Assert.Single(front.Fabric.AllSent);
    }

    [Fact]
    public async Task What_is_sent_together_and_refused_together_is_answered_line_by_line()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSendMany = _ => throw new FaultException(ErrorCode.Unavailable, "the store is away");
        var answers = await front.PostLinesAsync(Lines.Messages(3)).LinesAsync();
        Assert.Equal(3, answers.Length);
        Assert.All(answers, answer => Answers.AssertError(answer, ErrorCode.Unavailable));
    }

    [Fact]
    public async Task Exception_of_ours_before_an_answer_is_an_internal_error()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSendMany = _ => throw new InvalidOperationException("secret");
        await front.PostLinesAsync(Lines.Messages(3)).ErrorAsync(ErrorCode.Internal);
        Assert.StartsWith("RequestBroken: POST /v1/messages", Assert.Single(front.Logged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exception_of_ours_within_the_answer_breaks_it_off_while_the_client_still_sends()
    {
        await using var front = await TestFront.StartAsync(options => options.DataRateGrace = TimeSpan.FromHours(1));
        front.Fabric.OnSendMany = requests => requests.Any(request => Encoding.UTF8.GetString(request.Message.Span).Contains("m2", StringComparison.Ordinal))
            ? throw new InvalidOperationException("secret")
            : new([.. requests.Select(Lines.Accepted)]);
        using var conversation = await Conversation.BeginLinesAsync(front);
        await conversation.SayChunkAsync(Lines.Messages(1));
        await conversation.HearAsync("\"m1\"");

        await conversation.SayChunkAsync($"{Lines.Message("m2")}\n");

        await conversation.HearTheEndAsync();
        Assert.DoesNotContain("secret", conversation.Heard, StringComparison.Ordinal);
        Assert.StartsWith("RequestBroken: POST /v1/messages", Assert.Single(front.Logged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_come_while_the_body_is_still_being_sent()
    {
        await using var front = await TestFront.StartAsync();
        using var conversation = await Conversation.BeginLinesAsync(front);
        for (var n = 1; n <= 3; n++)
        {
            await conversation.SayChunkAsync($"{Lines.Message($"m{n}")}\n");
            await conversation.HearAsync($"\"m{n}\"");
        }

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", conversation.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_that_goes_away_half_way_has_sent_what_came_in_whole()
    {
        await using var front = await TestFront.StartAsync();
        var twoCame = new TaskCompletionSource();
        var count = 0;
        front.Fabric.OnSend = request =>
        {
            if (++count == 2)
            {
                twoCame.SetResult();
            }

            return new(Lines.Accepted(request).Receipt);
        };
        using (var conversation = await Conversation.BeginLinesAsync(front))
        {
            await conversation.SayChunkAsync(Lines.Messages(2) + Lines.Message("m3")[..40]);
            await twoCame.Task.WaitAsync(TestFront.Patience);
        }

        await front.App.StopAsync();
        Assert.Equal([Lines.Message("m1"), Lines.Message("m2")], front.Fabric.Sent());
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Body_that_breaks_off_against_http_ends_in_an_error_line()
    {
        await using var front = await TestFront.StartAsync();
        using var conversation = await Conversation.BeginLinesAsync(front);
        await conversation.SayChunkAsync(Lines.Messages(1));
        await conversation.HearAsync("\"m1\"");

        await conversation.SayAsync("zz\r\n");

        await conversation.HearTheEndAsync();
        var lines = conversation.Heard.Split('\n').Where(text => text.StartsWith('{')).Select(text => JsonNode.Parse(text)!).ToArray();
        Assert.Equal("m1", (string?)lines[0]["id"]);
        Answers.AssertError(lines[1], ErrorCode.MessageFormat);
    }

    [Fact]
    public async Task Body_that_is_no_http_from_the_start_is_answered_by_its_status()
    {
        await using var front = await TestFront.StartAsync();
        using var conversation = await Conversation.BeginLinesAsync(front);
        await conversation.SayAsync("zz\r\n");
        await conversation.HearTheEndAsync();
        Assert.StartsWith("HTTP/1.1 400 ", conversation.Heard, StringComparison.Ordinal);
    }
}
