using System.Text.Json;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Fabric.Entities;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>The fabric in the part of the Meta-Supervisor: takes what supervisors send to <c>meta_supervisor</c> (sections 3.1, 3.3 and 3.5).</summary>
internal sealed class MetaSupervisor(IEntities entities, FabricClock clock, MetaAnswers answers)
{
    /// <summary>Does what a message asks; returns when that is durable, and its answer with it.</summary>
    public async ValueTask TakeAsync(Envelope message, CancellationToken cancellationToken)
    {
        var directory = entities.Directory(Partition.NumberOf(message.Source));
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
            case "sync_request":
                await AnswerAsync(message, "sync_response", await answers.SyncAsync(message, cancellationToken), cancellationToken);
                break;
            case "state_query":
                await AnswerStateAsync(message, cancellationToken);
                break;
            case "supervisor_status_request":
                await AnswerAsync(message, "supervisor_status_response", await answers.StatusAsync(cancellationToken), cancellationToken);
                break;
            default:
                await RefuseAsync(message, NotTaken(message), cancellationToken);
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

    private async ValueTask AnswerStateAsync(Envelope message, CancellationToken cancellationToken)
    {
        Action<Utf8JsonWriter> state;
        try
        {
            state = await answers.StateAsync(message.Content, cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
        {
            await RefuseAsync(message, e.Fault with { SourceMessageId = message.Id }, cancellationToken);
            return;
        }

        await AnswerAsync(message, "state_response", state, cancellationToken);
    }

    private async ValueTask AnswerAsync(
        Envelope message, string messageType, Action<Utf8JsonWriter> writeContent, CancellationToken cancellationToken)
    {
        var answer = FabricMessages.Answer(AnswerId(message), message, messageType, clock.Now, writeContent);
        try
        {
            await PutAsync(message, answer, cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
        {
            throw new FaultException(new Fault(
                ErrorCode.DestinationNotFound, $"{message.Source} is not registered, so no answer can reach it")
            {
                SourceMessageId = message.Id,
            });
        }
    }

    /// <summary>Says what is wrong with the message: to its source where that has a mailbox, else to whoever sends.</summary>
    private async ValueTask RefuseAsync(Envelope message, Fault fault, CancellationToken cancellationToken)
    {
        if (!Names.IsSupervisor(message.Source))
        {
            throw new FaultException(fault);
        }

        try
        {
            await PutAsync(message, FabricMessages.ErrorResponse(AnswerId(message), message, fault, clock.Now), cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
        {
            throw new FaultException(fault);
        }
    }

    private async ValueTask PutAsync(Envelope message, byte[] answer, CancellationToken cancellationToken)
    {
        try
        {
            await entities.Mailbox(message.Source).EnqueueAsync(FabricMessages.ToEnqueue(answer), cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.Conflict)
        {
            // The message was repeated, and its answer is in the mailbox since the first time.
        }
    }

    /// <summary>What comes here of the types that move something names nothing that exists.</summary>
    private static Fault NotTaken(Envelope message) => Coordination.CoordinationMessages.MayMove(message)
        ? new Fault(ErrorCode.DestinationNotFound, "there is no such task or barrier") { SourceMessageId = message.Id }
        : new Fault(ErrorCode.Validation, $"{Names.MetaSupervisor} does not take messages of type {message.MessageType}")
        {
            Problems = [new Problem("/message_type", "is not taken by the Meta-Supervisor")],
            SourceMessageId = message.Id,
        };

    // Follows from the message, so that a repeated one is not answered twice.
    private static string AnswerId(Envelope message) =>
        $"answer_{Domain.Mailboxes.Fingerprint.OfId(message.Source, message.Id).High:x16}";
}
