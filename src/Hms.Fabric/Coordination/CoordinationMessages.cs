using Hms.Abstractions;
using Hms.Fabric.Entities;
using Hms.Fabric.Messages;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Coordination;

/// <summary>
/// The messages that move a task, a lock or a barrier: they go to that entity first, which passes them on once it has decided
/// (<c>design.md</c>, The way of a message). What names none that exists is an ordinary message.
/// </summary>
internal sealed class CoordinationMessages(IEntities entities, TaskService tasks, BarrierService barriers)
{
    /// <summary>Whether a message may move something.</summary>
    public static bool MayMove(Envelope message)
    {
        var routed = message.Routed;
        return routed.MessageType switch
        {
            "task_assignment" => routed.Destination.Kind == DestinationKind.Supervisor && !routed.IsEncrypted,
            "lock_request" or "barrier_request" => routed.Destination.Kind == DestinationKind.Fabric && !routed.IsEncrypted,
            "barrier_response" => !routed.IsEncrypted,
            "task_cancellation" => true,
            _ => TaskReport.KindOf(routed.MessageType) is not null,
        };
    }

    /// <summary>What it is that a message may move: messages for the same are taken in their order.</summary>
    public static (string Kind, string Name) WhatOf(Envelope message)
    {
        var routed = message.Routed;
        return routed.MessageType switch
        {
            "lock_request" => ("lock", routed.Content.Text("lock_id")!),
            "barrier_request" or "barrier_response" => ("barrier", routed.Content.Text("barrier_id")!),
            _ => ("task", TaskOf(routed) ?? ""),
        };
    }

    /// <summary>Whether a message asks for a lock.</summary>
    public static bool AsksForLock(Envelope message) => message.Routed.MessageType == "lock_request" && MayMove(message);

    /// <summary>Moves what the message names; <see cref="Moved.Unknown"/> where there is no such thing.</summary>
    public ValueTask<Moved> MoveAsync(Envelope envelope, SendRequest request, CancellationToken cancellationToken)
    {
        var routed = envelope.Routed;
        var message = Router.Enqueue(envelope, request);
        var sentTo = routed.Destination.Kind == DestinationKind.Supervisor ? routed.Destination.Name : "";
        return routed.MessageType switch
        {
            "task_assignment" => tasks.CreateAsync(TaskOrder.Read(routed.Content, routed.Source, sentTo), message, cancellationToken),
            "task_cancellation" => CancelAsync(routed, message, cancellationToken),
            "lock_request" => LockAsync(routed, message, cancellationToken),
            "barrier_request" => barriers.CreateAsync(BarrierCall.Read(routed.Source, routed.Content), message, cancellationToken),
            "barrier_response" => RespondAsync(routed, sentTo, message, cancellationToken),
            _ => TellAsync(routed, sentTo, message, cancellationToken),
        };
    }

    private async ValueTask<Moved> TellAsync(Envelope routed, string sentTo, EnqueueRequest message, CancellationToken cancellationToken) =>
        TaskOf(routed) is { } task
            ? await entities.Task(task).TellAsync(
                TaskReport.Read(TaskReport.KindOf(routed.MessageType)!.Value, routed.Content), sentTo, message, cancellationToken)
            : Moved.Unknown;

    private async ValueTask<Moved> CancelAsync(Envelope routed, EnqueueRequest message, CancellationToken cancellationToken) =>
        TaskOf(routed) is { } task
            ? (await entities.Task(task).CancelAsync(
                routed.Source, routed.Content.Text("reason"), message, cancellationToken)).Moved
            : Moved.Unknown;

    /// <summary>
    /// Asks for a lock on behalf of one who waits for the answer: where that is there at once it is returned, with whether the message was
    /// there before. Else it comes through the mailbox.
    /// </summary>
    public ValueTask<(Moved Moved, ReadOnlyMemory<byte> Answer)> AskLockAsync(
        Envelope envelope, SendRequest request, CancellationToken cancellationToken) =>
        LockAsync(envelope.Routed, Router.Enqueue(envelope, request), isAsked: true, cancellationToken);

    private async ValueTask<Moved> LockAsync(Envelope routed, EnqueueRequest message, CancellationToken cancellationToken) =>
        (await LockAsync(routed, message, isAsked: false, cancellationToken)).Moved;

    private async ValueTask<(Moved Moved, ReadOnlyMemory<byte> Answer)> LockAsync(
        Envelope routed, EnqueueRequest message, bool isAsked, CancellationToken cancellationToken)
    {
        var request = LockRequest.Read(routed.Source, routed.Content);
        if (request.Action == LockAction.Acquire && (await entities.ViewSessionAsync(message.Source, cancellationToken)).Number == 0)
        {
            throw new FaultException(ErrorCode.DestinationNotFound, $"{message.Source} is not registered, so no answer can reach it");
        }

        return await entities.Lock(request.LockId).RequestAsync(request, message, isAsked, cancellationToken);
    }

    private async ValueTask<Moved> RespondAsync(
        Envelope routed, string sentTo, EnqueueRequest message, CancellationToken cancellationToken)
    {
        var barrier = entities.Barrier(routed.Content.Text("barrier_id")!);
        try
        {
            var ready = routed.Content.GetProperty("ready"u8).GetBoolean();
            return await barrier.RespondAsync(ready, routed.Content.Integer("generation"), sentTo, message, cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
        {
            return Moved.Unknown;
        }
    }

    /// <summary>The task is the one of <c>content.task_id</c>, else of the correlation id (section 11.1).</summary>
    private static string? TaskOf(Envelope routed)
    {
        var named = routed.IsEncrypted ? null : routed.Content.Text("task_id");
        return (named ?? routed.CorrelationId) is { } task && Names.IsName(task) ? task : null;
    }
}
