using Hms.Abstractions;
using Hms.Domain.Topics;
using Hms.Fabric.Entities;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>The topics as one, over the registry, the topics and the mailboxes.</summary>
internal sealed class TopicDirectory(IEntities entities) : ITopics
{
    public async ValueTask<bool> SubscribeAsync(
        string topic, string supervisor, SubscriptionStart start, CancellationToken cancellationToken = default)
    {
        var name = InsideName(topic, out var isPattern);
        if (isPattern && start.Sequence > 0)
        {
            throw Refusal("/from", "must be new or earliest for a pattern: each topic counts for itself");
        }

        // Who is not registered is told so before a topic is made for it.
        var mailbox = entities.Mailbox(supervisor);
        await mailbox.CountAsync(cancellationToken);
        if (!isPattern)
        {
            await entities.TopicRegistry.OpenAsync(name, cancellationToken);
        }

        return await mailbox.SubscribeAsync(name, start.Sequence, cancellationToken);
    }

    public ValueTask UnsubscribeAsync(string topic, string supervisor, CancellationToken cancellationToken = default) =>
        entities.Mailbox(supervisor).UnsubscribeAsync(InsideName(topic, out _), cancellationToken);

    public async ValueTask<Page<TopicRecord>> ListAsync(string after, int limit, CancellationToken cancellationToken = default)
    {
        var names = await entities.TopicRegistry.ListAsync(after, limit, cancellationToken);
        var records = new List<TopicRecord>(names.Items.Count);
        foreach (var name in names.Items)
        {
            try
            {
                records.Add(await entities.Topic(name).DescribeAsync(cancellationToken));
            }
            catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
            {
                // It is being made at this moment.
            }
        }

        return new Page<TopicRecord>(records, names.Next);
    }

    public ValueTask<TopicRecord> GetAsync(string topic, CancellationToken cancellationToken = default) =>
        entities.Topic(topic).DescribeAsync(cancellationToken);

    public async ValueTask<Page<Subscription>> SubscribersAsync(
        string topic, string after, int limit, CancellationToken cancellationToken = default)
    {
        var page = await entities.Topic(topic).SubscribersAsync(after, limit, cancellationToken);
        return page with { Items = [.. page.Items.Select(item => item with { Patterns = [.. item.Patterns.Select(OutsideName)] })] };
    }

    public ValueTask<Page<TopicMessage>> ReadAsync(string topic, long from, int limit, CancellationToken cancellationToken = default) =>
        entities.Topic(topic).ReadAsync(from, limit, cancellationToken);

    /// <summary>A client's <c>*</c> is the pattern of one word; the fabric's is the topic for everybody, to which all subscribe already.</summary>
    private static string InsideName(string topic, out bool isPattern)
    {
        isPattern = topic == Names.Everybody || TopicPattern.IsPattern(topic);
        var problem = isPattern ? TopicPattern.Problem(topic)
            : Names.IsName(topic) ? null
            : "must be 1 to 256 characters of A–Z a–z 0–9 . _ : / @ + -";
        return problem is not null ? throw Refusal("/topic", problem)
            : topic == Names.Everybody ? TopicPattern.OneWord
            : topic;
    }

    private static string OutsideName(string pattern) => pattern == TopicPattern.OneWord ? Names.Everybody : pattern;

    private static FaultException Refusal(string path, string problem) => new(
        new Fault(ErrorCode.Validation, $"{path} {problem}") { Problems = [new Problem(path, problem)] });
}
