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
    /// <param name="message">The message; of a compressed one, that inside.</param>
    /// <param name="sent">The same as it was sent.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask<Moved> TakeAsync(Envelope message, EnqueueRequest sent, CancellationToken cancellationToken)
    {
        var directory = entities.Directory(Partition.NumberOf(message.Source));
        switch (message.MessageType)
        {
            case "supervisor_registration":
                SupervisorDirectory.RequireSupervisorId(message.Source);
                var registration = Registration.Read(message.Content);
                return await directory.RegisterAsync(sent, registration, Configuration(message, registration), cancellationToken);
            case "supervisor_deregistration":
                return await directory.DeregisterAsync(sent, cancellationToken);
            case "supervisor_heartbeat":
            case "supervisor_status_response":
                await directory.HeartbeatAsync(message.Source, Heartbeat.Read(message.Content), cancellationToken);
                return Moved.Now;
            case "sync_request":
                return await AnswerAsync(message, "sync_response", await answers.SyncAsync(message, cancellationToken), cancellationToken);
            case "state_query":
                return await AnswerStateAsync(message, cancellationToken);
            case "supervisor_status_request":
                return await AnswerAsync(message, "supervisor_status_response", await answers.StatusAsync(cancellationToken), cancellationToken);
            default:
                return await RefuseAsync(message, NotTaken(message), cancellationToken);
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

    private async ValueTask<Moved> AnswerStateAsync(Envelope message, CancellationToken cancellationToken)
    {
        Action<Utf8JsonWriter> state;
        try
        {
            state = await answers.StateAsync(message.Content, cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code is ErrorCode.DestinationNotFound or ErrorCode.Validation)
        {
            return await RefuseAsync(message, e.Fault with { SourceMessageId = message.Id }, cancellationToken);
        }

        return await AnswerAsync(message, "state_response", state, cancellationToken);
    }

    private async ValueTask<Moved> AnswerAsync(
        Envelope message, string messageType, Action<Utf8JsonWriter> writeContent, CancellationToken cancellationToken)
    {
        var answer = FabricMessages.Answer(AnswerId(message), message, messageType, clock.Now, writeContent);
        try
        {
            return await PutAsync(message, answer, cancellationToken);
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
    private async ValueTask<Moved> RefuseAsync(Envelope message, Fault fault, CancellationToken cancellationToken)
    {
        if (!Names.IsSupervisor(message.Source))
        {
            throw new FaultException(fault);
        }

        try
        {
            return await PutAsync(message, FabricMessages.ErrorResponse(AnswerId(message), message, fault, clock.Now), cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
        {
            throw new FaultException(fault);
        }
    }

    private async ValueTask<Moved> PutAsync(Envelope message, byte[] answer, CancellationToken cancellationToken)
    {
        try
        {
            var result = await entities.Mailbox(message.Source).EnqueueAsync(FabricMessages.ToEnqueue(answer), cancellationToken);
            return Moved.Now with { Duplicate = result.Duplicate };
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.Conflict)
        {
            // The message was repeated, and its answer is in the mailbox since the first time.
            return Moved.Now with { Duplicate = true };
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
