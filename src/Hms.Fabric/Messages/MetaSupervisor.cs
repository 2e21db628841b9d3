using Hms.Abstractions;
using Hms.Fabric.Entities;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>The fabric in the part of the Meta-Supervisor: takes what supervisors send to <c>meta_supervisor</c> (section 3.1).</summary>
internal sealed class MetaSupervisor(IEntities entities, FabricClock clock)
{
    /// <summary>Does what a message asks; returns when that is durable, and its answer with it.</summary>
    public async ValueTask TakeAsync(Envelope message, CancellationToken cancellationToken)
    {
        var directory = entities.Directory(DirectoryEntity.PartitionOf(message.Source));
        switch (message.MessageType)
        {
            case "supervisor_registration":
                SupervisorDirectory.RequireSupervisorId(message.Source);
                var registration = Registration.Read(message.Content);
                await directory.RegisterAsync(message.Source, registration, Configuration(message, registration), cancellationToken);
                break;
            case "supervisor_deregistration":
                await directory.DeregisterAsync(message.Source, cancellationToken);
                break;
            case "supervisor_heartbeat":
            case "supervisor_status_response":
                await directory.HeartbeatAsync(message.Source, Heartbeat.Read(message.Content), cancellationToken);
                break;
            default:
                await RefuseAsync(message, cancellationToken);
                break;
        }
    }

    private byte[] Configuration(Envelope message, Registration registration) => FabricMessages.Answer(
        AnswerId(message), message, "supervisor_configuration", clock.Now, json =>
        {
            json.WriteStartObject();
            if (registration.HeartbeatIntervalMs is { } interval)
            {
                json.WriteNumber("heartbeat_interval_ms"u8, interval);
            }

            json.WriteEndObject();
        });

    /// <summary>Says that the message was not understood: to its source where that has a mailbox, else to whoever sends.</summary>
    private async ValueTask RefuseAsync(Envelope message, CancellationToken cancellationToken)
    {
        var fault = new Fault(ErrorCode.Validation, $"{Names.MetaSupervisor} does not take messages of type {message.MessageType}")
        {
            Problems = [new Problem("/message_type", "is not taken by the Meta-Supervisor")],
            SourceMessageId = message.Id,
        };
        if (!Names.IsSupervisor(message.Source))
        {
            throw new FaultException(fault);
        }

        var answer = FabricMessages.ToEnqueue(FabricMessages.ErrorResponse(AnswerId(message), message, fault, clock.Now));
        try
        {
            await entities.Mailbox(message.Source).EnqueueAsync(answer, cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
        {
            throw new FaultException(fault);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.Conflict)
        {
            // The message was repeated, and its answer is in the mailbox since the first time.
        }
    }

    // Follows from the message, so that a repeated one is not answered twice.
    private static string AnswerId(Envelope message) =>
        $"answer_{Domain.Mailboxes.Fingerprint.OfId(message.Source, message.Id).High:x16}";
}
