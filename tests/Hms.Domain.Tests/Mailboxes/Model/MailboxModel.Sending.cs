using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes.Model;

/// <content>What comes in, and who waits for it.</content>
internal sealed partial class MailboxModel
{
    /// <summary>Checks what came of a message, and takes it over. Returns the request that it was reserved for, or 0.</summary>
    public int Send(ModelMessage sent, bool beyondLimits, MailboxReply? reply, Fault? fault, long now)
    {
        if (!IsOpen)
        {
            Assert.Equal(ErrorCode.DestinationNotFound, fault?.Code);
            return 0;
        }

        var known = _messages.LastOrDefault(message => message.Id == sent.Id);
        var sameId = fault?.Code == ErrorCode.Conflict || reply is MailboxReply.Enqueued { Duplicate: true };
        if (known is not null && (sameId || known is not { Place: Place.Done, MayBeForgotten: true }))
        {
            if (known.BodyContent != sent.BodyContent)
            {
                Assert.Equal(ErrorCode.Conflict, fault?.Code);
            }
            else
            {
                Assert.Equal(new MailboxReply.Enqueued(known.Sequence, true, known.FirstId), reply);
            }

            return 0;
        }

        if (!beyondLimits && (Held.Count() >= limits.DepthMax || Held.Sum(message => message.Length) + sent.Length > limits.BytesMax))
        {
            Assert.Equal(ErrorCode.MailboxFull, fault?.Code);
            Assert.NotNull(fault?.RetryAfter);
            return 0;
        }

        var enqueued = Assert.IsType<MailboxReply.Enqueued>(reply);
        Assert.Equal((false, null), (enqueued.Duplicate, enqueued.FirstId));
        Assert.True(enqueued.Sequence > _messages.Select(message => message.Sequence).DefaultIfEmpty(0).Max(), "a sequence was used again");
        return Take(sent with { Sequence = enqueued.Sequence, At = now }, now);
    }

    /// <summary>Checks what a requester was given, and takes it over.</summary>
    public void Claim(int request, int[] replies, bool earlier, LeasedMessage? given, long lease, long now)
    {
        if (_messages.SingleOrDefault(message => message.Request == request && CanBeShown(message, now)) is { } bound)
        {
            Show(bound, given, lease, now);
            return;
        }

        var first = replies
            .SelectMany(reply => _messages.Where(message => message.Reply == reply && message.Request == 0).OrderBy(m => m.Sequence))
            .FirstOrDefault(message => earlier && CanBeShown(message, now));
        if (first is not null)
        {
            Bind(first, request);
            Show(first, given, lease, now);
            return;
        }

        Assert.Null(given);
        foreach (var reply in replies)
        {
            if (!_tickets.TryGetValue(reply, out var ticket) || ticket.Request == request || ticket.Until <= now)
            {
                _tickets[reply] = (request, now + (long)limits.ReplyTicket.TotalMilliseconds);
            }
        }
    }

    public void Forget(int request, int[] replies)
    {
        foreach (var reply in replies.Where(reply => _tickets.TryGetValue(reply, out var ticket) && ticket.Request == request))
        {
            _tickets.Remove(reply);
        }

        foreach (var message in Held.Where(message => message.Request == request && message.Delivery?.Hand == Hand.Reserved).ToArray())
        {
            Return(message);
        }
    }

    private int Take(ModelMessage message, long now)
    {
        _messages.Add(message);
        if (message.Reply != 0 && _tickets.Remove(message.Reply, out var ticket) && ticket.Until > now
            && !_messages.Exists(other => other.Request == ticket.Request && CanBeShown(other, now)))
        {
            Bind(message, ticket.Request);
            var until = now + (long)limits.ReplyTicket.TotalMilliseconds;
            message.Delivery = new ModelDelivery(Hand.Reserved, until, null, EarlierHold: false);
            return ticket.Request;
        }

        MadeReady++;
        return 0;
    }

    private void Bind(ModelMessage message, int request)
    {
        foreach (var before in _messages.Where(other => other.Request == request))
        {
            (before.Reply, before.Request) = (0, 0);
        }

        message.Request = request;
    }

    private static bool CanBeShown(ModelMessage message, long now) =>
        message is { Place: Place.Done, Kept: true } || (message.Place == Place.Held && message.Expires > now);

    private void Show(ModelMessage message, LeasedMessage? given, long lease, long now)
    {
        Assert.NotNull(given);
        if (message.Place == Place.Held && message.Delivery?.Hand != Hand.Receiver)
        {
            Deliver(message, given.Value, lease, now);
        }
        else
        {
            Assert.Equal(("", message.Sequence, message.Body), (given.Value.Receipt, given.Value.Sequence, given.Value.Body));
        }
    }
}
