using Hms.Abstractions;
using Hms.Domain.Mailboxes;
using Hms.Fabric.Messages;

namespace Hms.Fabric.Entities;

/// <content>What a supervisor hears by topics.</content>
public sealed partial class MailboxEntity
{
    /// <inheritdoc/>
    public async ValueTask<bool> SubscribeAsync(string topic, long? from, CancellationToken cancellationToken = default)
    {
        var command = new MailboxCommand.Subscribe(topic, from);
        return ((MailboxReply.Changed)await _host.DecideAndSettleAsync(command, cancellationToken)).Count > 0;
    }

    /// <inheritdoc/>
    public async ValueTask UnsubscribeAsync(string topic, CancellationToken cancellationToken = default) =>
        await _host.DecideAndSettleAsync(new MailboxCommand.Unsubscribe(topic), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> HearAsync(TopicFeed feed, bool durable, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(feed);
        var command = new MailboxCommand.Hear(
            new Feed(feed.Topic, feed.Stamp, feed.Start, feed.After, feed.First, feed.UpTo, feed.Items), durable);
        var deciding = _host.DecideAsync(command, cancellationToken);

        // A topic has thousands of these calls to make, which seldom wait for anything.
        return deciding.IsCompletedSuccessfully
            ? HeardAsync(command, (MailboxReply.Heard)deciding.Result, cancellationToken)
            : HeardLaterAsync(command, deciding.AsTask(), cancellationToken);
    }

    private async ValueTask<long> HeardLaterAsync(
        MailboxCommand.Hear command, Task<MailboxReply> deciding, CancellationToken cancellationToken) =>
        await HeardAsync(command, (MailboxReply.Heard)await deciding, cancellationToken);

    private ValueTask<long> HeardAsync(MailboxCommand.Hear command, MailboxReply.Heard heard, CancellationToken cancellationToken) =>
        heard.Cursor >= command.Feed.First - 1
            ? new ValueTask<long>(heard.Cursor)
            : TellOfLossAsync(command, heard.Cursor, cancellationToken);

    /// <summary>Tells the mailbox of what retention has removed before it came here.</summary>
    private async ValueTask<long> TellOfLossAsync(MailboxCommand.Hear command, long cursor, CancellationToken cancellationToken)
    {
        var message = FabricMessages.Loss(
            Name, command.Feed.Topic, cursor + 1, command.Feed.First - 1, _services.Clock.Now);
        var notice = new LossNotice(cursor, _services.Store.NextBodyId(), new(message, null));
        _services.Bodies.Add(notice.BodyId, notice.Body);
        var told = false;
        try
        {
            var heard = (MailboxReply.Heard)await _host.DecideAsync(command with { Notice = notice }, cancellationToken);
            told = heard.LossTold;
            return heard.Cursor;
        }
        finally
        {
            if (!told)
            {
                _services.Bodies.Remove([notice.BodyId], stored: false);
            }
        }
    }
}
