using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Orleans.Streams;

namespace Hms.Grains;

/// <summary>Follows topics from a program, without a mailbox.</summary>
public interface ITopicFollower
{
    /// <summary>
    /// What is published to a topic, in order, each once, until the reader leaves: by the topic's stream, and from its log where the stream leaves a gap.
    /// </summary>
    /// <param name="topic">The topic; <c>*</c> for what goes to everybody.</param>
    /// <param name="from">The sequence to begin with; from now on where there is none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FaultException"><see cref="ErrorCode.DestinationNotFound"/> where there is no such topic;
    /// <see cref="ErrorCode.Unavailable"/> where it is away: begin again after the last sequence.</exception>
    IAsyncEnumerable<TopicMessage> FollowAsync(string topic, long? from = null, CancellationToken cancellationToken = default);
}

/// <summary>By the topic's stream, and from its log where the stream leaves a gap.</summary>
internal sealed class TopicFollower(IGrainFactory grains, IStreamProvider streams, TimeProvider time) : ITopicFollower
{
    private const int PageMax = 100;

    // How much a reader may fall behind the stream before it is sent to the log.
    private const int AheadMax = 64;

    // A stream that has lost something does not say so; nor does a grain that has moved say that it forgot who follows.
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(5);

    // Well before a topic forgets who follows, which it does after 20 s.
    private static readonly TimeSpan RenewPeriod = TimeSpan.FromSeconds(8);

    public async IAsyncEnumerable<TopicMessage> FollowAsync(
        string topic, long? from = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var grain = grains.GetGrain<ITopicGrain>(topic);
        var next = from ?? (await grain.DescribeAsync(cancellationToken)).Next;
        var news = Channel.CreateBounded<TopicNews>(new BoundedChannelOptions(AheadMax) { FullMode = BoundedChannelFullMode.DropOldest });
        var subscription = await streams.StreamOf(topic).SubscribeAsync((came, _) =>
        {
            news.Writer.TryWrite(came);
            return Task.CompletedTask;
        });
        try
        {
            var isBehind = true;
            var renewed = time.GetTimestamp();
            while (true)
            {
                if (isBehind || time.GetElapsedTime(renewed) >= RenewPeriod)
                {
                    renewed = time.GetTimestamp();
                    await grain.FollowAsync();
                }

                if (isBehind)
                {
                    await foreach (var message in ReadAsync(grain, next, cancellationToken))
                    {
                        next = message.Sequence + 1;
                        yield return message;
                    }
                }

                var came = await NextAsync(news.Reader, cancellationToken);
                isBehind = came is null || came.Messages[0].Sequence > next;
                foreach (var message in isBehind ? [] : came!.Messages)
                {
                    if (message.Sequence == next)
                    {
                        next++;
                        yield return message;
                    }
                }
            }
        }
        finally
        {
            await subscription.UnsubscribeAsync();
        }
    }

    private static async IAsyncEnumerable<TopicMessage> ReadAsync(
        ITopicGrain grain, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = from; ;)
        {
            var page = await grain.ReadAsync(next, PageMax, cancellationToken);
            foreach (var message in page.Items)
            {
                next = message.Sequence + 1;
                yield return message;
            }

            if (page.Next is null)
            {
                yield break;
            }
        }
    }

    /// <summary>What the stream brings next; null where it brings nothing for a while.</summary>
    private async Task<TopicNews?> NextAsync(ChannelReader<TopicNews> news, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(LookPeriod, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await news.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
