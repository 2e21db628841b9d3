using System.Buffers;
using Hms.Domain.Entities;
using Hms.Domain.Topics;
using Hms.Protocol;

namespace Hms.Domain.TopicRegistry;

/// <summary>Which topics there are, and who subscribes by which pattern. Who subscribes to one topic by its name is the topic's own matter.</summary>
/// <param name="limits">What it may hold.</param>
public sealed class TopicRegistryState(TopicLimits limits) : IEntityState
{
    private const char TopicRow = 't';
    private const char PatternRow = 'p';

    // Neither a pattern nor a name holds a space.
    private const char Between = ' ';

    private readonly SortedDictionary<string, long> _topics = new(StringComparer.Ordinal);
    private readonly HashSet<PatternSubscriber> _patterns = [];

    /// <inheritdoc/>
    public RowChanges Changes { get; } = new();

    /// <inheritdoc/>
    public DateTimeOffset? NextWake => null;

    /// <inheritdoc/>
    public DateTimeOffset? DurableWake => null;

    /// <inheritdoc/>
    public bool IsQuiescent => true;

    /// <inheritdoc/>
    public void Load(RowKey key, ReadOnlyMemory<byte> value)
    {
        if (key.Kind == TopicRow)
        {
            _topics.Add(key.Name!, new RowReader(value).Number());
            return;
        }

        var parts = key.Name!.Split(Between);
        _patterns.Add(new PatternSubscriber(parts[1], parts[0]));
    }

    /// <inheritdoc/>
    public void Loaded()
    {
    }

    /// <inheritdoc/>
    public bool Write(RowKey key, IBufferWriter<byte> value)
    {
        if (key.Kind == TopicRow)
        {
            new RowWriter(value).Number(_topics[key.Name!]);
            return true;
        }

        var parts = key.Name!.Split(Between);
        return _patterns.Contains(new PatternSubscriber(parts[1], parts[0]));
    }

    internal Step<TopicRegistryReply> Open(TopicRegistryCommand.Open command, long now)
    {
        if (_topics.ContainsKey(command.Topic))
        {
            return Done();
        }

        if (_topics.Count >= limits.TopicsMax)
        {
            return Step<TopicRegistryReply>.Refuse(new Fault(
                ErrorCode.RateLimited, $"there are {limits.TopicsMax:N0} topics, which is the limit"));
        }

        _topics.Add(command.Topic, now);
        Changes.Touch(RowKey.Of(TopicRow, command.Topic));
        var subscribers = _patterns.Where(subscriber => TopicPattern.Matches(subscriber.Pattern, command.Topic)).ToArray();
        return Done(new OutboxMessage.OpenTopic(command.Topic, now, subscribers));
    }

    internal Step<TopicRegistryReply> Subscribe(TopicRegistryCommand.Subscribe command)
    {
        if (!_patterns.Add(new PatternSubscriber(command.Supervisor, command.Pattern)))
        {
            return Done();
        }

        Changes.Touch(RowOf(command.Pattern, command.Supervisor));
        return Done(Matching(command.Pattern).Select(topic =>
            new OutboxMessage.Subscribe(topic, command.Supervisor, command.Pattern, command.From)));
    }

    internal Step<TopicRegistryReply> Unsubscribe(TopicRegistryCommand.Unsubscribe command)
    {
        if (!_patterns.Remove(new PatternSubscriber(command.Supervisor, command.Pattern)))
        {
            return Done();
        }

        Changes.Touch(RowOf(command.Pattern, command.Supervisor));
        return Done(Matching(command.Pattern).Select(topic =>
            new OutboxMessage.Unsubscribe(topic, command.Supervisor, command.Pattern)));
    }

    internal Step<TopicRegistryReply> List(TopicRegistryCommand.List command)
    {
        var items = new List<string>();
        foreach (var topic in _topics.Keys)
        {
            if (string.CompareOrdinal(topic, command.After) <= 0)
            {
                continue;
            }

            if (items.Count == command.Limit)
            {
                return Step<TopicRegistryReply>.Of(new TopicRegistryReply.Listed(items, More: true));
            }

            items.Add(topic);
        }

        return Step<TopicRegistryReply>.Of(new TopicRegistryReply.Listed(items, More: false));
    }

    private IEnumerable<string> Matching(string pattern) => _topics.Keys.Where(topic => TopicPattern.Matches(pattern, topic));

    private static RowKey RowOf(string pattern, string supervisor) => RowKey.Of(PatternRow, $"{pattern}{Between}{supervisor}");

    private static Step<TopicRegistryReply> Done(params IEnumerable<OutboxMessage> messages) => new(
        TopicRegistryReply.Done.Instance, null, [.. messages.Select(message => new Effect.Send(message))], Rest.Durable);
}
