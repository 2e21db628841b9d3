using System.Text;
using Hms.Abstractions;
using Orleans.Streams;

namespace Hms.Grains.Tests;

public sealed class TopicFollowerTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TopicFollower _follower = new(
        cluster.Cluster.Client, cluster.Cluster.Client.GetStreamProvider(TopicStreams.Provider), TimeProvider.System);

    [Fact]
    public async Task Follower_has_what_was_published_before_and_since_in_order_and_each_once()
    {
        await PublishAsync("followed", 1, 3);
        using var patience = new CancellationTokenSource(Patience);
        var seen = new List<long>();
        await foreach (var message in _follower.FollowAsync("followed", from: 1, patience.Token))
        {
            seen.Add(message.Sequence);
            if (seen.Count == 3)
            {
                await PublishAsync("followed", 4, 250);
            }

            if (seen.Count == 250)
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(1, 250).Select(number => (long)number), seen);
    }

    [Fact]
    public async Task Stream_carries_what_is_published_while_somebody_follows()
    {
        await PublishAsync("streamed", 1, 1);
        var came = new TaskCompletionSource<TopicNews>();
        var subscription = await cluster.Cluster.Client.GetStreamProvider(TopicStreams.Provider).StreamOf("streamed").SubscribeAsync((news, _) =>
        {
            came.TrySetResult(news);
            return Task.CompletedTask;
        });
        await cluster.Cluster.Client.GetGrain<ITopicGrain>("streamed").FollowAsync();
        await PublishAsync("streamed", 2, 2);

        var news = await came.Task.WaitAsync(Patience);
        Assert.Equal(2, Assert.Single(news.Messages).Sequence);
        Assert.Contains("\"m-2\"", Encoding.UTF8.GetString(news.Messages[0].Message.Span), StringComparison.Ordinal);
        await subscription.UnsubscribeAsync();
    }

    [Fact]
    public async Task What_the_stream_does_not_bring_is_read_from_the_log()
    {
        await PublishAsync("silent", 1, 1);
        var follower = new TopicFollower(
            cluster.Cluster.Client, cluster.Cluster.Client.GetStreamProvider(TopicStreams.Provider), cluster.Time);
        await using var messages = follower.FollowAsync("silent", from: 1, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await messages.MoveNextAsync());

        // While the reader does something else, the topic forgets that anybody follows.
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(21));
        await PublishAsync("silent", 2, 2);
        var second = messages.MoveNextAsync().AsTask();
        using var patience = new CancellationTokenSource(Patience);
        while (!second.IsCompleted && !patience.IsCancellationRequested)
        {
            await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Assert.True(await second);
        Assert.Equal(2, messages.Current.Sequence);
    }

    [Fact]
    public async Task Stream_goes_on_however_long_somebody_follows_who_misses_nothing()
    {
        await PublishAsync("busy", 1, 1);
        var follower = new TopicFollower(
            cluster.Cluster.Client, cluster.Cluster.Client.GetStreamProvider(TopicStreams.Provider), cluster.Time);
        await using var messages = follower.FollowAsync("busy", from: 1, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(Patience));

        // The reader never waits so long that it would look into the log.
        for (var number = 2; number < 20; number++)
        {
            await cluster.AdvanceAsync(TimeSpan.FromSeconds(4));
            var next = messages.MoveNextAsync().AsTask();
            await PublishAsync("busy", number, number);
            Assert.True(await next.WaitAsync(Patience));
            Assert.Equal(number, messages.Current.Sequence);
        }
    }

    private async Task PublishAsync(string topic, int from, int to)
    {
        for (var number = from; number <= to; number++)
        {
            await cluster.Fabric.SendAsync(new SendRequest(Encoding.UTF8.GetBytes(
                $$"""
                {"id":"m-{{number}}","version":"1.0","timestamp":"2026-01-02T03:04:05Z","source":"tester","destination":"topic:{{topic}}","message_type":"note","content":{} }
                """)));
        }
    }
}
