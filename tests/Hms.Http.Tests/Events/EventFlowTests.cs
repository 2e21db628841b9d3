using System.IO.Pipelines;
using System.Text;
using Hms.Http.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hms.Http.Tests.Events;

/// <summary>How much is out at once, and what becomes of it.</summary>
public sealed class EventFlowTests
{
    private const string Head = "GET /v1/supervisors/b/events HTTP/1.1";

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(7, 3)]
    [InlineData(100, 4)]
    public async Task No_more_is_out_than_may_be_and_everything_comes_in_the_end(int max, int seed)
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        var random = new Random(seed);
        const int count = 500;
        mailbox.Put(Enumerable.Range(1, count).Select(n => $"{{\"n\":{n}}}"));
        using var events = await EventReader.OpenAsync(front, $"?max={max}");
        var held = new List<string>();
        for (var n = 1; n <= count; n++)
        {
            var next = await events.EventAsync();
            Assert.Equal(n, (int)next.Data["message"]!["n"]!);
            held.Add((string)next.Data["receipt"]!);

            // Sometimes one, in any order, and whatever there is once nothing more may come.
            if (held.Count == max || random.Next(3) == 0)
            {
                var some = held.OrderBy(_ => random.Next()).Take(random.Next(1, held.Count + 1)).ToArray();
                held.RemoveAll(some.Contains);
                mailbox.Settle(some);
            }
        }

        Assert.InRange(mailbox.MostHeld, 1, max);
    }

    [Fact]
    public async Task Auto_ack_knows_no_such_bound()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        mailbox.Put(Enumerable.Range(1, 500).Select(n => $"{{\"n\":{n}}}"));
        using var events = await EventReader.OpenAsync(front, "?max=2&ack=auto");
        for (var n = 1; n <= 500; n++)
        {
            Assert.Equal(n, (await events.EventAsync()).Id);
        }

        Assert.Equal(0, mailbox.MostHeld);
    }

    [Fact]
    public async Task Slow_reader_gets_everything_in_order()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        mailbox.Put(Enumerable.Range(1, 100).Select(n => $"{{\"n\":{n},\"x\":\"{new string('x', 300_000)}\"}}"));
        using var events = await EventReader.OpenAsync(front, "?max=5&ack=auto");
        for (var n = 1; n <= 100; n++)
        {
            Assert.Equal(n, (int)(await events.EventAsync()).Data["message"]!["n"]!);
        }
    }

    [Fact]
    public async Task No_more_is_asked_for_before_the_connection_has_taken_what_was_written()
    {
        var fake = new FakeMailbox();
        var mailbox = new LiveMailbox(fake);
        mailbox.Put(Enumerable.Repeat("{}", 10));
        var connection = new Pipe(new PipeOptions(
            pauseWriterThreshold: 1, resumeWriterThreshold: 0, readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline));
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new PipeBody(connection.Writer));
        using var over = new CancellationTokenSource();

        // Everything happens within this call, up to where it waits for the connection.
        var running = new EventStream(fake, new EventRequest(2, TimeSpan.FromSeconds(30), true, null), new EventWriter(context), TimeProvider.System)
            .RunAsync(over.Token);
        for (var turn = 1; turn <= 5; turn++)
        {
            Assert.False(running.IsCompleted);
            Assert.Equal(turn, mailbox.Asked.Count);
            var read = await connection.Reader.ReadAsync();
            Assert.Equal(2, Encoding.UTF8.GetString(read.Buffer).Split("event: message\n").Length - 1);
            connection.Reader.AdvanceTo(read.Buffer.End);
        }

        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task What_a_client_that_is_gone_did_not_take_is_given_back()
    {
        await using var front = await TestFront.StartAsync();
        var message = $"\"{new string('x', 200_000)}\"";
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        mailbox.Put(Enumerable.Repeat(message, 100));
        using (var conversation = await Conversation.BeginAsync(front, Head))
        {
            await conversation.HearAsync("id: 10\n");
        }

        // The nine before it were taken.
        var returned = await front.Fabric.OneMailbox.Returned.WaitAsync(TestFront.Patience);
        Assert.Equal("r100", returned[^1]);
        Assert.InRange(returned.Count, 1, 91);
        Assert.Equal(Enumerable.Range(101 - returned.Count, returned.Count).Select(n => $"r{n}"), returned);
        await front.App.StopAsync();
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task What_a_client_took_stays_with_it_when_it_goes()
    {
        await using var front = await TestFront.StartAsync();
        var mailbox = new LiveMailbox(front.Fabric.OneMailbox);
        mailbox.Put("{}", "{}");
        var waits = new TaskCompletionSource();
        var calledOff = new TaskCompletionSource();
        var receive = front.Fabric.OneMailbox.OnReceive!;
        front.Fabric.OneMailbox.OnReceive = async gone =>
        {
            if (front.Fabric.OneMailbox.Received!.Wait == TimeSpan.Zero)
            {
                return await receive(gone);
            }

            waits.SetResult();
            await Cancelled.By(gone);
            calledOff.SetResult();
            throw new OperationCanceledException(gone);
        };
        using (var conversation = await Conversation.BeginAsync(front, Head))
        {
            await conversation.HearAsync("id: 2\n");
            await waits.Task.WaitAsync(TestFront.Patience);
        }

        await calledOff.Task.WaitAsync(TestFront.Patience);
        await front.App.StopAsync();
        Assert.False(front.Fabric.OneMailbox.Returned.IsCompleted);
        Assert.Empty(front.Logged);
    }

    [Fact]
    public async Task Message_that_comes_just_after_the_client_went_away_is_given_back()
    {
        await using var front = await TestFront.StartAsync();
        var waits = new TaskCompletionSource();
        front.Fabric.OneMailbox.OnReceive = async gone =>
        {
            if (front.Fabric.OneMailbox.Received!.Wait == TimeSpan.Zero)
            {
                return [];
            }

            waits.SetResult();
            await Cancelled.By(gone);
            return [LiveMailbox.Delivery(1, "{}"u8.ToArray())];
        };
        using (await Conversation.BeginAsync(front, Head))
        {
            await waits.Task.WaitAsync(TestFront.Patience);
        }

        Assert.Equal(["r1"], await front.Fabric.OneMailbox.Returned.WaitAsync(TestFront.Patience));
    }

    private sealed class PipeBody(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream { get; } = Stream.Null;

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
