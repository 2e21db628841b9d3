using System.Runtime.InteropServices;
using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>
/// One request and its reply (section 4.1). The requester begins to wait before the request goes out, so that no reply can come by any
/// other way; a repeated request finds the reply that came in the meantime.
/// </summary>
internal sealed class Exchange(Router router, IMailboxPort mailbox, Envelope request, SendRequest how)
{
    public async ValueTask<Reply> RunAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var ticket = new ReplyTicket(
            request.Source,
            RequestId(),
            request.Routed.ReplyCorrelation,
            [request.Destination.Name, Names.MetaSupervisor],
            Earlier: false);
        var isWaiting = false;
        try
        {
            // Who registers with it has no mailbox before.
            var registers = request is { Destination.Kind: DestinationKind.Fabric, Routed.MessageType: "supervisor_registration" };
            var reply = registers ? null : await AwaitAsync(ticket, TimeSpan.Zero, cancellationToken);
            isWaiting = !registers;
            if (reply is null)
            {
                var receipt = await router.RouteAsync(request, how, cancellationToken);
                ticket = await ChangedAsync(ticket, receipt, isWaiting);
                isWaiting = true;
                reply = await AwaitAsync(ticket, wait, cancellationToken);
            }

            return reply is null
                ? throw new FaultException(new Fault(ErrorCode.MessageTimeout, $"no reply within {wait.TotalMilliseconds:F0} ms")
                {
                    SourceMessageId = request.Id,
                })
                : new HeldReply(request.Source, mailbox, reply, how.Durability);
        }
        finally
        {
            if (isWaiting)
            {
                await StopWaitingAsync(ticket);
            }
        }
    }

    /// <summary>
    /// A request that was sent before may have a reply already; under an idempotency key that reply carries the id of the first try.
    /// </summary>
    private async ValueTask<ReplyTicket> ChangedAsync(ReplyTicket ticket, SendReceipt receipt, bool isWaiting)
    {
        var changed = ticket with
        {
            Correlation = request.Routed.CorrelationId ?? receipt.Id,
            Earlier = receipt.Duplicate || !isWaiting,
        };
        if (isWaiting && changed.Correlation != ticket.Correlation)
        {
            await StopWaitingAsync(ticket);
        }

        return changed;
    }

    // As ids and keys are: scoped to the recipient, and a key is no id. No name holds a space.
    private string RequestId() => how.IdempotencyKey is { } key
        ? $"{request.Destination.Name} key {key}"
        : $"{request.Destination.Name} id {request.Id}";

    private async ValueTask<Delivery?> AwaitAsync(ReplyTicket ticket, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            return await mailbox.AwaitReplyAsync(ticket, wait, cancellationToken);
        }
        catch (FaultException e) when (e.Fault.Code == ErrorCode.DestinationNotFound)
        {
            throw new FaultException(new Fault(
                ErrorCode.DestinationNotFound, $"{request.Source} is not registered, so no reply can reach it")
            {
                SourceMessageId = request.Id,
            });
        }
    }

    private async ValueTask StopWaitingAsync(ReplyTicket ticket)
    {
        try
        {
            await mailbox.ForgetReplyAsync(ticket, CancellationToken.None);
        }
        catch (FaultException)
        {
            // The ticket runs out by itself.
        }
    }
}

/// <summary>A reply that the requester's mailbox holds for it.</summary>
internal sealed class HeldReply : Reply
{
    private readonly IMailboxPort _mailbox;
    private bool _confirmed;

    public HeldReply(string requester, IMailboxPort mailbox, Delivery delivery, Durability durability)
    {
        Requester = requester;
        _mailbox = mailbox;
        Delivery = delivery;
        Durability = durability;
        Error = ReadError(delivery.Message);

        // A copy of a reply that another holds, or that was acknowledged before, is nobody's to give back.
        _confirmed = delivery.Receipt.Length == 0;
    }

    public string Requester { get; }

    public Delivery Delivery { get; }

    public override ReadOnlyMemory<byte> Message => Delivery.Message;

    public override ErrorReply? Error { get; }

    public override Durability Durability { get; }

    public override async ValueTask ConfirmAsync(CancellationToken cancellationToken = default)
    {
        if (!_confirmed)
        {
            _confirmed = true;
            await _mailbox.AckAsync([Delivery.Receipt], cancellationToken);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_confirmed)
        {
            _confirmed = true;
            await _mailbox.ReturnAsync([Delivery.Receipt], CancellationToken.None);
        }
    }

    private static ErrorReply? ReadError(ReadOnlyMemory<byte> message)
    {
        if (!EnvelopeReader.TryRead(message, out var envelope, out _))
        {
            return null;
        }

        using (envelope)
        {
            if (envelope.MessageType != "error_response")
            {
                return null;
            }

            var name = envelope.Content.ValueKind == JsonValueKind.Object
                && envelope.Content.TryGetProperty("error_code"u8, out var code) && code.ValueKind == JsonValueKind.String
                    ? code.GetString()!
                    : "";
            return new ErrorReply(
                ErrorCodes.FromWire(name) ?? ErrorCode.Internal, JsonMarshal.GetRawUtf8Value(envelope.Content).ToArray());
        }
    }
}
