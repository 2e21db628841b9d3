using System.IO.Pipelines;
using System.Text;
using Hms.Protocol.Coordination;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hms.Http.Tests.Endpoints;

/// <summary>A lock that was granted to a client which is gone does not stay with it until its lease ends.</summary>
public sealed class LockHandoverTests
{
    private static readonly LockAnswer Renewal = FakeLocks.Grant with { Renewed = true };
    private static readonly LockAnswer Denial = new(false, 0, null, "sup_b", 1);

    public static TheoryData<LockAnswer> NoNewGrants => [Renewal, Denial];

    [Fact]
    public async Task Grant_that_comes_after_the_connection_closed_is_released()
    {
        await using var front = await TestFront.StartAsync();
        var waits = new TaskCompletionSource();
        front.Fabric.AllLocks.OnWait = async gone =>
        {
            waits.SetResult();
            await Cancelled.By(gone);
        };
        const string body = """{"owner":"team/a","instance":"one","wait_ms":60000}""";
        using (var socket = await front.ConnectAsync())
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"POST /v1/locks/a%2Fb/acquire HTTP/1.1\r\nHost: localhost\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
            await waits.Task.WaitAsync(TestFront.Patience);
        }

        Assert.Equal(("a/b", "team/a", 7L), await front.Fabric.AllLocks.Released.WaitAsync(TestFront.Patience));
        await front.App.StopAsync();
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Grant_that_was_taken_is_not_released()
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync("/v1/locks/db/acquire", """{"owner":"a"}""").JsonAsync();
        await front.App.StopAsync();
        Assert.False(front.Fabric.AllLocks.Released.IsCompleted);
    }

    [Fact]
    public async Task Grant_without_a_wait_is_released_where_its_client_went_away_meanwhile()
    {
        await using var front = await TestFront.StartAsync();
        await AcquireForNobodyAsync(front, FakeLocks.Grant);
        Assert.Equal(("db", "a", 7L), await front.Fabric.AllLocks.Released.WaitAsync(TestFront.Patience));
    }

    [Theory]
    [MemberData(nameof(NoNewGrants))]
    public async Task What_its_holder_held_before_is_not_released(LockAnswer answer)
    {
        await using var front = await TestFront.StartAsync();
        await AcquireForNobodyAsync(front, answer);
        Assert.False(front.Fabric.AllLocks.Released.IsCompleted);
    }

    [Fact]
    public async Task Release_that_is_refused_is_nobodys_concern()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.AllLocks.ReleaseRefusal = new Fault(ErrorCode.Conflict, "another one holds it");
        await AcquireForNobodyAsync(front, FakeLocks.Grant);
        Assert.True(front.Fabric.AllLocks.Released.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Grant_whose_answer_cannot_be_written_is_released_where_it_is_new(bool isNew)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.AllLocks.Answered = isNew ? FakeLocks.Grant : Renewal;
        var unread = new Pipe();
        await unread.Reader.CompleteAsync();

        await AcquireAsync(front, new PipeBody(unread.Writer), CancellationToken.None);

        Assert.Equal(isNew, front.Fabric.AllLocks.Released.IsCompleted);
    }

    [Fact]
    public async Task Grant_whose_answer_breaks_off_is_released()
    {
        await using var front = await TestFront.StartAsync();
        using var broken = new AnswerStream(() => throw new IOException("broken"));
        await Assert.ThrowsAsync<IOException>(() => AcquireAsync(front, new StreamResponseBodyFeature(broken), CancellationToken.None));
        Assert.Equal(("db", "a", 7L), await front.Fabric.AllLocks.Released.WaitAsync(TestFront.Patience));
    }

    [Fact]
    public async Task Client_that_hangs_up_once_it_has_the_answer_keeps_the_lock()
    {
        await using var front = await TestFront.StartAsync();
        using var gone = new CancellationTokenSource();
        using var answer = new AnswerStream(gone.Cancel);

        await AcquireAsync(front, new StreamResponseBodyFeature(answer), gone.Token);

        Assert.Contains("\"fencing_token\":7", Encoding.UTF8.GetString(answer.ToArray()), StringComparison.Ordinal);
        Assert.True(gone.IsCancellationRequested);
        Assert.False(front.Fabric.AllLocks.Released.IsCompleted);
    }

    /// <summary>Acquires, without a wait, for a client that goes away before the fabric has answered.</summary>
    private static async Task AcquireForNobodyAsync(TestFront front, LockAnswer answer)
    {
        using var gone = new CancellationTokenSource();
        front.Fabric.AllLocks.OnWait = _ => gone.CancelAsync();
        front.Fabric.AllLocks.Answered = answer;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            AcquireAsync(front, new StreamResponseBodyFeature(Stream.Null), gone.Token));
    }

    /// <summary>Runs the endpoint on a connection that does as a test says.</summary>
    private static Task AcquireAsync(TestFront front, IHttpResponseBodyFeature answer, CancellationToken gone)
    {
        var endpoint = front.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Single(endpoint => endpoint.RoutePattern.RawText == "/v1/locks/{name}/acquire");
        var body = Encoding.UTF8.GetBytes("""{"owner":"a"}""");
        var context = new DefaultHttpContext { RequestAborted = gone };
        context.Request.Method = "POST";
        context.Request.RouteValues["name"] = "db";
        context.Request.Body = new MemoryStream(body);
        context.Request.ContentLength = body.Length;
        context.Features.Set(answer);
        return endpoint.RequestDelegate!(context);
    }

    private sealed class AnswerStream(Action onWrite) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            onWrite();
            return base.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class PipeBody(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => writer.AsStream();

        public PipeWriter Writer => writer;

        public void DisableBuffering()
        {
        }

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public Task CompleteAsync() => Task.CompletedTask;
    }
}
