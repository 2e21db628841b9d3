using System.Text;
using System.Text.Json.Nodes;
using Hms.Http.Bulk;
using Hms.Http.Guarding;
using Hms.Http.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hms.Http.Tests.Bulk;

/// <summary>Much at once: order, bounds, and clients that do not read.</summary>
public sealed class BulkFlowTests
{
    [Fact]
    public async Task Ten_thousand_lines_are_answered_in_order()
    {
        await using var front = await TestFront.StartAsync();
        var expected = Enumerable.Range(1, 10_000).Select(n => $"m{n}").ToArray();

        var answers = await front.PostLinesAsync(Lines.Messages(10_000)).LinesAsync();

        Assert.Equal(expected, answers.Ids());
        Assert.Equal(expected, front.Fabric.AllSent.Select(request => (string)JsonNode.Parse(request.Message.Span)!["id"]!));
    }

    [Fact]
    public async Task Answers_keep_the_order_of_the_lines_whatever_the_fabric_finishes_first()
    {
        await using var front = await TestFront.StartAsync();
        var calls = new List<TaskCompletionSource>();
        var ended = 0;
        front.Fabric.OnSendMany = async requests =>
        {
            var call = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            calls.Add(call);
            Interlocked.Add(ref ended, requests.Count);
            if (ended == 1_000)
            {
                // All are under way: the last is let go first.
                foreach (var one in Enumerable.Reverse(calls))
                {
                    one.SetResult();
                }
            }

            await call.Task;
            return [.. requests.Select(Lines.Accepted)];
        };

        var answers = await front.PostLinesAsync(Lines.Messages(1_000)).LinesAsync();

        Assert.Equal(Enumerable.Range(1, 1_000).Select(n => $"m{n}"), answers.Ids());
        Assert.True(calls.Count > 1);
    }

    [Theory]
    [InlineData(0, 10_000, 4_096)]
    [InlineData(1_000, 100_000, 4_096)]
    [InlineData(10_000, 4_000, 1_676)]
    [InlineData(700_000, 60, 23)]
    public async Task No_more_than_a_bound_is_under_way_at_once(int extra, int count, int most)
    {
        await using var front = await TestFront.StartAsync(options => options.BulkBytesMax = 1_000_000_000);
        var line = Lines.Message("m").Replace("{}", $"\"{new string('x', extra)}\"", StringComparison.Ordinal);
        var go = new TaskCompletionSource();
        var (underWay, gathered) = (0, 0);
        front.Fabric.OnSendMany = async requests =>
        {
            underWay += requests.Count;
            gathered = Math.Max(gathered, requests.Count);
            await go.Task;
            underWay -= requests.Count;
            return [.. requests.Select(Lines.Accepted)];
        };
        var context = new DefaultHttpContext();
        context.Request.Body = new RepeatedLine(Encoding.ASCII.GetBytes($"{line}\n"), count);
        context.Response.Body = new MemoryStream();

        // Everything is there, so that all that can be sent is sent within this call.
        var running = BulkSend.RunAsync(
            context, front.Fabric, front.App.Services.GetRequiredService<HttpOptions>(), front.App.Services.GetRequiredService<Failures>());

        Assert.False(running.IsCompleted);
        Assert.InRange(underWay, most - 256, most);
        Assert.InRange(gathered, 1, 256);
        Assert.InRange((long)gathered * line.Length, 1, (1024 * 1024) + line.Length);
        var bytes = (long)underWay * line.Length;
        Assert.InRange(bytes, 1, 16 * 1024 * 1024);

        go.SetResult();
        await running.WaitAsync(TestFront.Patience);
        Assert.Equal(count, ((MemoryStream)context.Response.Body).ToArray().AsSpan().Count((byte)'\n'));
    }

    [Fact]
    public async Task Message_that_is_larger_than_all_that_may_be_under_way_is_sent_by_itself()
    {
        await using var front = await TestFront.StartAsync(options => options.MessageBytesMax = 20_000_000);
        var large = Lines.Message("m2").Replace("{}", $"\"{new string('x', 17_000_000)}\"", StringComparison.Ordinal);
        var answers = await front.PostLinesAsync($"{Lines.Message("m1")}\n{large}\n{Lines.Message("m3")}").LinesAsync();
        Assert.Equal(["m1", "m2", "m3"], answers.Ids());
    }

    [Fact]
    public async Task Client_that_sends_everything_before_it_reads_is_answered_whole()
    {
        // More answer than the connection holds by itself, with ids as long as they may be.
        const int count = 60_000;
        await using var front = await TestFront.StartAsync();
        var id = new string('i', 250);
        front.Fabric.OnSendMany = requests =>
            new([.. requests.Select(_ => new SendOutcome(new SendReceipt(id, 1, false, Durability.Fsync), null))]);
        var line = Encoding.ASCII.GetBytes($"{Lines.Message(id)}\n");
        using var conversation = await Conversation.BeginAsync(
            front,
            $"POST /v1/messages HTTP/1.1\r\nConnection: close\r\nContent-Type: {Lines.ContentType}\r\nContent-Length: {count * line.Length}");
        var piece = Enumerable.Repeat(line, 1_000).SelectMany(bytes => bytes).ToArray();
        for (var sent = 0; sent < count; sent += 1_000)
        {
            await conversation.SayAsync(piece);
        }

        Assert.Equal(count, await conversation.CountAsync((byte)'}'));
    }

    /// <summary>A body of one line, again and again, that never keeps its reader waiting.</summary>
    private sealed class RepeatedLine(byte[] line, int count) : ReadingStream
    {
        private long _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var filled = 0;
            while (filled < buffer.Length && _at < (long)line.Length * count)
            {
                var piece = line.AsSpan((int)(_at % line.Length));
                piece = piece[..Math.Min(piece.Length, buffer.Length - filled)];
                piece.CopyTo(buffer.Span[filled..]);
                filled += piece.Length;
                _at += piece.Length;
            }

            return new(filled);
        }
    }
}
