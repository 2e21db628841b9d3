using Orleans.Streams;

namespace Hms.Grains;

/// <summary>
/// Topics as Orleans streams: a stream for each topic, which carries what is published while somebody follows it. A stream may lose or repeat; the
/// topic's log is the truth, and a follower reads there what its stream did not bring.
/// </summary>
public static class TopicStreams
{
    /// <summary>The name of the stream provider. Orleans' memory streams, unless a host sets up another under this name.</summary>
    public const string Provider = "hms";

    /// <summary>The namespace of the streams; the key is the topic's name.</summary>
    public const string Namespace = "hms.topic";

    /// <summary>Where Orleans keeps who subscribes to streams.</summary>
    public const string SubscriptionStore = "PubSubStore";

    /// <summary>A topic's stream.</summary>
    internal static IAsyncStream<TopicNews> StreamOf(this IStreamProvider provider, string topic) =>
        provider.GetStream<TopicNews>(StreamId.Create(Namespace, topic));
}

/// <summary>What was published, as a stream carries it.</summary>
/// <param name="Messages">A part of the log without a gap.</param>
[GenerateSerializer]
[Immutable]
[Alias("hms.TopicNews")]
public sealed record TopicNews([property: Id(0)] IReadOnlyList<TopicMessage> Messages);
