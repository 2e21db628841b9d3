using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Streams;

namespace Hms.Grains.Entities;

/// <summary>One topic as a grain.</summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.topic")]
internal sealed partial class TopicGrain(IGrainContext context, SiloEngine silo, ILogger<TopicGrain> logger)
    : EntityGrain<TopicEntity>(context, silo, EntityKind.Topic, silo.Make.Topic), ITopicGrain
{
    private const int AtOnceMax = 100;
    private static readonly TimeSpan FollowedFor = TimeSpan.FromSeconds(20);

    private DateTimeOffset _followedUntil;
    private long _next;
    private bool _streaming;

    public async ValueTask<EnqueueResult> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken = default)
    {
        var result = await Entity.EnqueueAsync(request, cancellationToken);
        Stream();
        return result;
    }

    public async ValueTask<IReadOnlyList<EnqueueOutcome>> EnqueueManyAsync(
        IReadOnlyList<EnqueueRequest> requests, CancellationToken cancellationToken = default)
    {
        Silo.Deaths.ThrowIfAskedBefore();
        var outcomes = await Entity.EnqueueManyAsync(requests, cancellationToken);
        Stream();
        return outcomes;
    }

    public ValueTask<TopicRecord> DescribeAsync(CancellationToken cancellationToken = default) =>
        Entity.DescribeAsync(cancellationToken);

    public ValueTask<Page<Subscription>> SubscribersAsync(string after, int limit, CancellationToken cancellationToken = default) =>
        Entity.SubscribersAsync(after, limit, cancellationToken);

    public ValueTask<Page<TopicMessage>> ReadAsync(long from, int limit, CancellationToken cancellationToken = default) =>
        Entity.ReadAsync(from, limit, cancellationToken);

    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        await Entity.AcceptAsync(delivery, cancellationToken);
        Stream();
    }

    public async ValueTask FollowAsync()
    {
        var now = Clock.Now;
        if (_followedUntil < now)
        {
            _next = (await Entity.DescribeAsync()).Next;
        }

        _followedUntil = now + FollowedFor;
    }

    /// <summary>Puts on the stream what the log has got, where somebody follows. One run at a time, so that it goes in order.</summary>
    private void Stream()
    {
        if (!_streaming && Clock.Now < _followedUntil)
        {
            _streaming = true;
            _ = StreamAsync();
        }
    }

    private async Task StreamAsync()
    {
        try
        {
            var stream = this.GetStreamProvider(TopicStreams.Provider).StreamOf(Key.Name);
            while ((await Entity.ReadAsync(_next, AtOnceMax)).Items is { Count: > 0 } news)
            {
                _next = news[^1].Sequence + 1;
                await stream.OnNextAsync(new TopicNews(news));
            }
        }
#pragma warning disable CA1031 // Followers read from the log what the stream did not bring.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotStreamed(logger, e, Key.Name);
        }
        finally
        {
            _streaming = false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "what was published to {Topic} could not be put on its stream")]
    private static partial void LogNotStreamed(ILogger logger, Exception e, string topic);
}
