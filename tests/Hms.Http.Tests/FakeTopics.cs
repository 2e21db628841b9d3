namespace Hms.Http.Tests;

/// <summary>Topics that remember what was asked of them.</summary>
internal sealed class FakeTopics : ITopics
{
    public (string Topic, string Supervisor, SubscriptionStart Start)? Subscribed { get; private set; }

    public (string Topic, string Supervisor)? Unsubscribed { get; private set; }

    public (string Topic, string After, int Limit)? Listed { get; private set; }

    public (string Topic, long From, int Limit)? Read { get; private set; }

    public string? Asked { get; private set; }

    public bool IsNew { get; set; } = true;

    /// <summary>What the log holds; null for one message, with what was asked for as its sequence.</summary>
    public Page<TopicMessage>? Messages { get; set; }

    /// <summary>Why every call is refused; null where none is.</summary>
    public Fault? Refusal { get; set; }

    public static TopicRecord Record(string topic) => new(topic, FakeFabric.Time, 3, 7, 4, 2_048, 2);

    public ValueTask<bool> SubscribeAsync(
        string topic, string supervisor, SubscriptionStart start, CancellationToken cancellationToken = default)
    {
        Subscribed = (topic, supervisor, start);
        return Answer(IsNew);
    }

    public ValueTask UnsubscribeAsync(string topic, string supervisor, CancellationToken cancellationToken = default)
    {
        Unsubscribed = (topic, supervisor);
        return Refusal is null ? default : throw new FaultException(Refusal);
    }

    public ValueTask<Page<TopicRecord>> ListAsync(string after, int limit, CancellationToken cancellationToken = default)
    {
        Listed = ("", after, limit);
        return Answer(new Page<TopicRecord>([Record("alerts"), Record("health")], "health"));
    }

    public ValueTask<TopicRecord> GetAsync(string topic, CancellationToken cancellationToken = default)
    {
        Asked = topic;
        return Answer(Record(topic));
    }

    public ValueTask<Page<Subscription>> SubscribersAsync(
        string topic, string after, int limit, CancellationToken cancellationToken = default)
    {
        Listed = (topic, after, limit);
        return Answer(new Page<Subscription>([new Subscription("sup_a", [], 6, 0), new Subscription("sup_b", ["al*"], 4, 2)], "sup_b"));
    }

    public ValueTask<Page<TopicMessage>> ReadAsync(string topic, long from, int limit, CancellationToken cancellationToken = default)
    {
        Read = (topic, from, limit);
        return Answer(Messages ?? new Page<TopicMessage>([new TopicMessage(from, FakeFabric.Time, System.Text.Encoding.UTF8.GetBytes(TestFront.Message))], "4"));
    }

    private ValueTask<T> Answer<T>(T value) => Refusal is null ? new(value) : throw new FaultException(Refusal);
}
