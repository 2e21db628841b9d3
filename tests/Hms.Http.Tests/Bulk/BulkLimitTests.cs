using System.Text;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Bulk;

public sealed class BulkLimitTests
{
    private const int LineMax = 1_024;
    private const int BodyMax = 4_000;

    private static Task<TestFront> StartAsync(int bodyMax = BodyMax) => TestFront.StartAsync(options =>
    {
        options.MessageBytesMax = LineMax;
        options.BulkBytesMax = bodyMax;
    });

    private static string MessageOf(string id, int bytes)
    {
        var message = Lines.Message(id);
        return message.Replace("{}", $"\"{new string('x', bytes - message.Length)}\"", StringComparison.Ordinal);
    }

    // In chunks, so that the length is not announced.
    private static async Task<JsonNode[]> PostAsync(TestFront front, string lines)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = Lines.Content(lines) };
        request.Headers.TransferEncodingChunked = true;
        return await front.Client.SendAsync(request).LinesAsync();
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    public async Task Line_of_just_the_limit_is_taken(string end)
    {
        await using var front = await StartAsync();
        Assert.Equal(["m1"], (await front.PostLinesAsync($"{MessageOf("m1", LineMax)}{end}").LinesAsync()).Ids());
    }

    [Theory]
    [InlineData(LineMax + 1)]
    [InlineData(LineMax + 2)]
    [InlineData(200_000)]
    public async Task Line_that_is_too_long_is_refused_and_the_next_one_taken(int bytes)
    {
        await using var front = await StartAsync(1_000_000);
        var answers = await front.PostLinesAsync($"{Lines.Message("m1")}\n{MessageOf("m2", bytes)}\r\n\n{Lines.Message("m3")}").LinesAsync();
        Assert.Equal(3, answers.Length);
        Answers.AssertError(answers[1], ErrorCode.PayloadTooLarge);
        Assert.Equal(["m1", "m3"], new[] { answers[0], answers[2] }.Ids());
        Assert.Equal([Lines.Message("m1"), Lines.Message("m3")], front.Fabric.Sent());
    }

    [Fact]
    public async Task Last_line_that_is_too_long_is_refused_once()
    {
        await using var front = await StartAsync(1_000_000);
        var answers = await front.PostLinesAsync($"{Lines.Message("m1")}\n{MessageOf("m2", 300_000)}").LinesAsync();
        Assert.Equal(2, answers.Length);
        Answers.AssertError(answers[1], ErrorCode.PayloadTooLarge);
    }

    [Fact]
    public async Task Body_of_just_the_limit_is_taken()
    {
        await using var front = await StartAsync();
        var lines = string.Concat(Enumerable.Range(1, 4).Select(n => $"{MessageOf($"m{n}", (BodyMax / 4) - 1)}\n"));
        Assert.Equal(BodyMax, lines.Length);
        Assert.Equal(["m1", "m2", "m3", "m4"], (await PostAsync(front, lines)).Ids());
    }

    [Fact]
    public async Task Line_that_takes_the_body_over_its_limit_is_refused_and_the_rest_not_read()
    {
        await using var front = await StartAsync();
        var lines = string.Concat(Enumerable.Range(1, 20).Select(n => $"{MessageOf($"m{n}", (BodyMax / 4) - 1)}\n"));

        var answers = await PostAsync(front, lines);

        Assert.Equal(5, answers.Length);
        Assert.Equal(["m1", "m2", "m3", "m4"], answers[..4].Ids());
        Answers.AssertError(answers[4], ErrorCode.PayloadTooLarge);
        Assert.Contains($"{BodyMax}", (string?)answers[4]["error_message"], StringComparison.Ordinal);
        Assert.Equal(4, front.Fabric.AllSent.Count);
    }

    [Fact]
    public async Task Body_that_announces_too_much_is_refused_before_it_is_sent()
    {
        await using var front = await StartAsync();
        await front.PostLinesAsync(Lines.Messages(100)).ErrorAsync(ErrorCode.PayloadTooLarge);
        Assert.Empty(front.Fabric.AllSent);
    }

    [Fact]
    public async Task Short_lines_count_as_a_message_would()
    {
        await using var front = await StartAsync();
        var answers = await PostAsync(front, string.Concat(Enumerable.Repeat("1\n", 1_000)));
        Assert.Equal((BodyMax / 100) + 1, answers.Length);
        Assert.All(answers[..^1], answer => Answers.AssertError(answer, ErrorCode.MessageFormat));
        Answers.AssertError(answers[^1], ErrorCode.PayloadTooLarge);
    }

    [Theory]
    [InlineData(1_023)]
    [InlineData(1_073_741_825)]
    public async Task Limit_that_makes_no_sense_is_refused_at_the_start(int bytes)
    {
        var refused = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => TestFront.StartAsync(options => options.BulkBytesMax = bytes));
        Assert.Contains("BulkBytesMax", refused.Message, StringComparison.Ordinal);
    }
}
