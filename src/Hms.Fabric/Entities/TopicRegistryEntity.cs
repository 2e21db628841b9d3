using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Domain.TopicRegistry;
using Hms.Domain.Topics;

namespace Hms.Fabric.Entities;

/// <summary>The registry of topics in its host.</summary>
public sealed class TopicRegistryEntity : ITopicRegistryPort, IWakeable
{
    private readonly EntityHost<TopicRegistryState, TopicRegistryCommand, TopicRegistryReply> _host;

    /// <summary>The registry.</summary>
    public TopicRegistryEntity(EntityServices services, TopicLimits limits) =>
        _host = new(
            EntityKey.Topics,
            services,
            () => new TopicRegistryState(limits),
            TopicRegistryMachine.Decide,
            new TopicRegistryCommand.Wake());

    /// <inheritdoc/>
    public async ValueTask OpenAsync(string topic, CancellationToken cancellationToken = default) =>
        await _host.DecideAndSettleAsync(new TopicRegistryCommand.Open(topic), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Page<string>> ListAsync(string after, int limit, CancellationToken cancellationToken = default)
    {
        var listed = (TopicRegistryReply.Listed)await _host.DecideAsync(new TopicRegistryCommand.List(after, limit), cancellationToken);
        return new Page<string>(listed.Topics, listed.More ? listed.Topics[^1] : null);
    }

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(OutboxDelivery delivery, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        TopicRegistryCommand command = OutboxMessage.Decode(delivery.Payload) switch
        {
            OutboxMessage.SubscribePattern said => new TopicRegistryCommand.Subscribe(said.Pattern, said.Supervisor, said.From),
            OutboxMessage.UnsubscribePattern said => new TopicRegistryCommand.Unsubscribe(said.Pattern, said.Supervisor),
            var other => throw new InvalidOperationException($"the registry of topics does not take {other.GetType().Name}"),
        };

        // Who subscribes is told so when the topics know.
        await _host.HearAsync(delivery.Sender, delivery.Number, command, cancellationToken);
        await _host.SettleAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _host.WakeAsync();
}
