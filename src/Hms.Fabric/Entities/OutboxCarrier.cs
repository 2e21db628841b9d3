using System.Globalization;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Messages;
using Hms.Fabric.Storage;
using Hms.Protocol;
using Microsoft.Extensions.Logging;

namespace Hms.Fabric.Entities;

/// <summary>
/// Carries what entities say to each other. What one recipient is told arrives in order; recipients do not wait for each other.
/// </summary>
/// <param name="entities">Finds the recipients.</param>
/// <param name="store">Where bodies are read from.</param>
/// <param name="bodies">Bodies in memory.</param>
/// <param name="logger">Where failures are written down.</param>
public sealed partial class OutboxCarrier(IEntities entities, IEntityStore store, BodyCache bodies, ILogger logger) : IOutboxCarrier
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyCollection<long>> CarryAsync(
        string sender, IReadOnlyList<OutboxEntry> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var resolved = new List<OutboxEntry>(messages.Count);
        foreach (var entry in messages)
        {
            var message = entry.Message is OutboxMessage.ReportExpiry report ? await PostOfAsync(report, cancellationToken) : entry.Message;
            if (message is not null)
            {
                resolved.Add(new OutboxEntry(entry.Number, message));
            }
        }

        var unheard = await Task.WhenAll(resolved
            .GroupBy(entry => entry.Message.To)
            .Select(recipient => CarryAsync(sender, recipient.Key, [.. recipient], cancellationToken)));
        return [.. unheard.SelectMany(numbers => numbers)];
    }

    /// <summary>Tells one recipient; returns the numbers of what it could not be told.</summary>
    private async Task<IEnumerable<long>> CarryAsync(
        string sender, EntityKey recipient, OutboxEntry[] entries, CancellationToken cancellationToken)
    {
        var port = Find(recipient);
        for (var i = 0; i < entries.Length; i++)
        {
            var (number, message) = entries[i];
            try
            {
                await SayAsync(port, new OutboxDelivery(sender, number, message.Encode()), message, cancellationToken);
            }
            catch (FaultException e) when (e.Fault.Code is ErrorCode.DestinationNotFound or ErrorCode.Conflict)
            {
                // Nobody is there to hear it, or it was heard under this id before.
            }
#pragma warning disable CA1031 // One recipient that cannot be told, whatever the reason, holds up no other.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogNotHeard(logger, e, recipient, sender);
                return entries[i..].Select(entry => entry.Number);
            }
        }

        return [];
    }

    private async ValueTask SayAsync(
        IOutboxPort port, OutboxDelivery delivery, OutboxMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await port.AcceptAsync(delivery, cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound && message is OutboxMessage.Publish)
        {
            // Publishing to an unknown topic creates it.
            await entities.TopicRegistry.OpenAsync(message.To.Name, cancellationToken);
            await port.AcceptAsync(delivery, cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound && message is OutboxMessage.Post)
        {
            // Who is registered is found in the directory a moment before its mailbox is open, and is not to miss what it is told in that moment.
            if ((await entities.ViewSessionAsync(message.To.Name, cancellationToken)).Number > 0)
            {
                throw new FaultException(ErrorCode.Unavailable, $"the mailbox of {message.To.Name} is being opened");
            }
        }
    }

    private IOutboxPort Find(EntityKey recipient) => recipient.Kind switch
    {
        EntityKind.Mailbox => entities.Mailbox(recipient.Name),
        EntityKind.Topic => entities.Topic(recipient.Name),
        EntityKind.TopicRegistry => entities.TopicRegistry,
        EntityKind.Session => entities.Session(recipient.Name),
        EntityKind.Lock => entities.Lock(recipient.Name),
        EntityKind.Barrier => entities.Barrier(recipient.Name),
        EntityKind.Task => entities.Task(recipient.Name),
        EntityKind.TaskIndex => entities.TaskIndex(int.Parse(recipient.Name, CultureInfo.InvariantCulture)),
        _ => throw new InvalidOperationException($"{recipient} hears nobody"),
    };

    private async ValueTask<OutboxMessage?> PostOfAsync(OutboxMessage.ReportExpiry report, CancellationToken cancellationToken)
    {
        var body = bodies.TryGet(report.Body, out var cached)
            ? cached
            : (await store.ReadBodiesAsync([report.Body], cancellationToken))[0];
        if (body is not { } found || !EnvelopeReader.TryRead(found.Message, out var envelope, out _))
        {
            return null;
        }

        using (envelope)
        {
            CompressedMessage.Reopen(envelope);

            // Who sent to many is not told of each (api.md, Receiving); and the fabric itself has no mailbox to be told in.
            return envelope.Destination.Kind == DestinationKind.Supervisor && Names.IsSupervisor(envelope.Source)
                ? new OutboxMessage.Post(
                    envelope.Source,
                    FabricMessages.Expiry(envelope.Routed, report.Mailbox, report.Sequence, DateTimeOffset.FromUnixTimeMilliseconds(report.AtMs)))
                : null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Recipient} could not be told what {Sender} says, and is told again")]
    private static partial void LogNotHeard(ILogger logger, Exception e, EntityKey recipient, string sender);
}
