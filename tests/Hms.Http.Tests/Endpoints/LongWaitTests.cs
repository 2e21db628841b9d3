using System.Text;
using System.Text.Json.Nodes;
using Hms.Protocol.Coordination;

namespace Hms.Http.Tests.Endpoints;

/// <summary>The routes that wait: for a task's end, a barrier's, a lock.</summary>
public sealed class LongWaitTests
{
    private const string Acquire = """{"owner":"a","wait_ms":60000}""";

    [Theory]
    [InlineData("/v1/tasks/x?wait_ms=60000")]
    [InlineData("/v1/barriers/x?wait_ms=60000")]
    [InlineData("/v1/locks/x/acquire")]
    public async Task Wait_ends_with_what_comes(string path)
    {
        await using var front = await TestFront.StartAsync();
        var (waits, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        OnWait(front, async _ =>
        {
            waits.SetResult();
            await end.Task;
        });
        var answer = AskAsync(front, path);
        await waits.Task.WaitAsync(TestFront.Patience);
        Assert.False(answer.IsCompleted);

        end.SetResult();

        var json = await answer.JsonAsync();
        Assert.True(IsPositive(json));
        Assert.Empty(front.Logged);
    }

    [Theory]
    [InlineData("/v1/tasks/x?wait_ms=60000")]
    [InlineData("/v1/barriers/x?wait_ms=60000")]
    [InlineData("/v1/locks/x/acquire")]
    public async Task Client_that_goes_away_calls_the_wait_off(string path)
    {
        await using var front = await TestFront.StartAsync();
        var (waits, calledOff) = (new TaskCompletionSource(), new TaskCompletionSource());
        OnWait(front, async gone =>
        {
            waits.SetResult();
            await Cancelled.By(gone);
            calledOff.SetResult();
            throw new OperationCanceledException(gone);
        });
        using (var socket = await front.ConnectAsync())
        {
            var head = path.StartsWith("/v1/locks", StringComparison.Ordinal)
                ? $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Acquire.Length}\r\n\r\n{Acquire}"
                : $"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(head));
            await waits.Task.WaitAsync(TestFront.Patience);
        }

        await calledOff.Task.WaitAsync(TestFront.Patience);
        await front.App.StopAsync();
        Assert.Empty(front.Logged);
        Assert.False(front.Fabric.AllLocks.Released.IsCompleted);
    }

    [Theory]
    [InlineData("/v1/tasks/x?wait_ms=60000")]
    [InlineData("/v1/barriers/x?wait_ms=60000")]
    [InlineData("/v1/locks/x/acquire")]
    public async Task Stop_ends_the_wait_with_how_things_stand(string path)
    {
        await using var front = await TestFront.StartAsync();
        var waits = new TaskCompletionSource();
        OnWait(front, async gone =>
        {
            waits.SetResult();
            await Cancelled.By(gone);
            throw new OperationCanceledException(gone);
        });
        var answer = AskAsync(front, path);
        await waits.Task.WaitAsync(TestFront.Patience);

        await front.App.StopAsync();

        using var response = await answer;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.ConnectionClose);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        if (path.StartsWith("/v1/locks", StringComparison.Ordinal))
        {
            Answers.AssertSame("""{"granted":false,"holder":"sup_b","queue_position":3}""", json);
            Assert.False(front.Fabric.AllLocks.Released.IsCompleted);
        }
        else
        {
            Assert.True(IsPositive(json));
            Assert.Equal(
                [("x", TimeSpan.FromSeconds(60)), ("x", TimeSpan.Zero)],
                path.Contains("tasks", StringComparison.Ordinal) ? front.Fabric.AllTasks.Asked : front.Fabric.AllBarriers.Asked);
        }

        Assert.Empty(front.Logged);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("?wait_ms=0", 0)]
    [InlineData("?wait_ms=20000", 20_000)]
    [InlineData("?wait_ms=60001", 60_000)]
    [InlineData("?wait_ms=99999999999999999999999&whatever=1", 60_000)]
    public async Task Wait_is_at_most_a_minute(string query, int milliseconds)
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync($"/v1/tasks/a%2Fb{query}").JsonAsync();
        await front.GetAsync($"/v1/barriers/a%2Fb{query}").JsonAsync();
        Assert.Equal([("a/b", TimeSpan.FromMilliseconds(milliseconds))], front.Fabric.AllTasks.Asked);
        Assert.Equal([("a/b", TimeSpan.FromMilliseconds(milliseconds))], front.Fabric.AllBarriers.Asked);
    }

    [Theory]
    [InlineData("wait_ms=-1")]
    [InlineData("wait_ms=")]
    [InlineData("wait_ms=1.5")]
    [InlineData("wait_ms=1e3")]
    [InlineData("wait_ms=1&wait_ms=2")]
    public async Task Wait_that_is_none_is_refused(string query)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(["/wait_ms"], await front.GetAsync($"/v1/tasks/t?{query}").ProblemsAsync());
        Assert.Equal(["/wait_ms"], await front.GetAsync($"/v1/barriers/b?{query}").ProblemsAsync());
        Assert.Empty(front.Fabric.AllTasks.Asked);
        Assert.Empty(front.Fabric.AllBarriers.Asked);
    }

    [Theory]
    [InlineData("/v1/tasks/x?wait_ms=60000")]
    [InlineData("/v1/barriers/x?wait_ms=60000")]
    [InlineData("/v1/locks/x/acquire")]
    public async Task Wait_that_fails_is_an_error(string path)
    {
        await using var front = await TestFront.StartAsync();
        OnWait(front, _ => throw new FaultException(ErrorCode.Unavailable, "the store is away"));
        await AskAsync(front, path).ErrorAsync(ErrorCode.Unavailable);
        OnWait(front, _ => throw new OperationCanceledException());
        await AskAsync(front, path).ErrorAsync(ErrorCode.Internal);
    }

    private static Task<HttpResponseMessage> AskAsync(TestFront front, string path) =>
        path.StartsWith("/v1/locks", StringComparison.Ordinal) ? front.PostAsync(path, Acquire) : front.GetAsync(path);

    private static bool IsPositive(JsonNode json) =>
        (bool?)json["granted"] ?? (string?)json["state"] is "running" or "waiting";

    private static void OnWait(TestFront front, Func<CancellationToken, Task> wait)
    {
        front.Fabric.AllTasks.OnWait = wait;
        front.Fabric.AllBarriers.OnWait = wait;
        front.Fabric.AllLocks.OnWait = wait;
    }
}
