using Hms.Abstractions;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.SubscriptionStart"), Immutable]
internal struct SubscriptionStartSurrogate
{
    [Id(0)] public long? Sequence;
}

[RegisterConverter, RegisterCopier]
internal sealed class SubscriptionStartConverter
    : ShallowCopier<SubscriptionStart>, IConverter<SubscriptionStart, SubscriptionStartSurrogate>
{
    public SubscriptionStart ConvertFromSurrogate(in SubscriptionStartSurrogate surrogate) => new(surrogate.Sequence);

    public SubscriptionStartSurrogate ConvertToSurrogate(in SubscriptionStart value) => new() { Sequence = value.Sequence };
}

[GenerateSerializer, Alias("hms.wire.TopicRecord"), Immutable]
internal struct TopicRecordSurrogate
{
    [Id(0)] public string Topic;
    [Id(1)] public DateTimeOffset CreatedAt;
    [Id(2)] public long First;
    [Id(3)] public long Next;
    [Id(4)] public long Messages;
    [Id(5)] public long Bytes;
    [Id(6)] public int Subscribers;
}

[RegisterConverter, RegisterCopier]
internal sealed class TopicRecordConverter : ShallowCopier<TopicRecord>, IConverter<TopicRecord, TopicRecordSurrogate>
{
    public TopicRecord ConvertFromSurrogate(in TopicRecordSurrogate surrogate) => new(
        surrogate.Topic,
        surrogate.CreatedAt,
        surrogate.First,
        surrogate.Next,
        surrogate.Messages,
        surrogate.Bytes,
        surrogate.Subscribers);

    public TopicRecordSurrogate ConvertToSurrogate(in TopicRecord value) => new()
    {
        Topic = value.Topic,
        CreatedAt = value.CreatedAt,
        First = value.First,
        Next = value.Next,
        Messages = value.Messages,
        Bytes = value.Bytes,
        Subscribers = value.Subscribers,
    };
}

[GenerateSerializer, Alias("hms.wire.Subscription"), Immutable]
internal struct SubscriptionSurrogate
{
    [Id(0)] public string Supervisor;
    [Id(1)] public string[]? Patterns;
    [Id(2)] public long Cursor;
    [Id(3)] public long Behind;
}

[RegisterConverter, RegisterCopier]
internal sealed class SubscriptionConverter : ShallowCopier<Subscription>, IConverter<Subscription, SubscriptionSurrogate>
{
    public Subscription ConvertFromSurrogate(in SubscriptionSurrogate surrogate) => new(
        surrogate.Supervisor,
        surrogate.Patterns ?? [],
        surrogate.Cursor,
        surrogate.Behind);

    public SubscriptionSurrogate ConvertToSurrogate(in Subscription value) => new()
    {
        Supervisor = value.Supervisor,
        Patterns = Lists.Pack(value.Patterns),
        Cursor = value.Cursor,
        Behind = value.Behind,
    };
}

[GenerateSerializer, Alias("hms.wire.TopicMessage"), Immutable]
internal struct TopicMessageSurrogate
{
    [Id(0)] public long Sequence;
    [Id(1)] public DateTimeOffset PublishedAt;
    [Id(2)] public ReadOnlyMemory<byte> Message;
}

[RegisterConverter, RegisterCopier]
internal sealed class TopicMessageConverter : ShallowCopier<TopicMessage>, IConverter<TopicMessage, TopicMessageSurrogate>
{
    public TopicMessage ConvertFromSurrogate(in TopicMessageSurrogate surrogate) => new(
        surrogate.Sequence,
        surrogate.PublishedAt,
        surrogate.Message);

    public TopicMessageSurrogate ConvertToSurrogate(in TopicMessage value) => new()
    {
        Sequence = value.Sequence,
        PublishedAt = value.PublishedAt,
        Message = value.Message,
    };
}

[GenerateSerializer, Alias("hms.wire.TopicFeed"), Immutable]
internal struct TopicFeedSurrogate
{
    [Id(0)] public string Topic;
    [Id(1)] public long Stamp;
    [Id(2)] public long Start;
    [Id(3)] public long After;
    [Id(4)] public long First;
    [Id(5)] public long UpTo;
    [Id(6)] public ReadOnlyMemory<byte> Items;
}

[RegisterConverter, RegisterCopier]
internal sealed class TopicFeedConverter : ShallowCopier<TopicFeed>, IConverter<TopicFeed, TopicFeedSurrogate>
{
    public TopicFeed ConvertFromSurrogate(in TopicFeedSurrogate surrogate) => new(
        surrogate.Topic,
        surrogate.Stamp,
        surrogate.Start,
        surrogate.After,
        surrogate.First,
        surrogate.UpTo,
        surrogate.Items);

    public TopicFeedSurrogate ConvertToSurrogate(in TopicFeed value) => new()
    {
        Topic = value.Topic,
        Stamp = value.Stamp,
        Start = value.Start,
        After = value.After,
        First = value.First,
        UpTo = value.UpTo,
        Items = value.Items,
    };
}
