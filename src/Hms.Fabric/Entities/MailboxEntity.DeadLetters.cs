using System.Globalization;
using Hms.Abstractions;
using Hms.Domain.Mailboxes;

namespace Hms.Fabric.Entities;

/// <content>Messages that will not be delivered.</content>
public sealed partial class MailboxEntity
{
    /// <inheritdoc/>
    public async ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken = default)
    {
        var listed = (MailboxReply.DeadLetterList)await _host.DecideAsync(
            new MailboxCommand.ListDeadLetters(after, limit), cancellationToken);
        var bodies = await _bodies.ReadAsync([.. listed.Messages.Select(message => message.Body)], cancellationToken);
        var items = new List<DeadLetter>(listed.Messages.Count);
        for (var i = 0; i < listed.Messages.Count; i++)
        {
            var message = listed.Messages[i];
            if (bodies[i] is { } body)
            {
                items.Add(new DeadLetter(message.Sequence, message.Reason, message.DeadAt, message.Attempt, body.Message));
            }
        }

        var next = listed.More ? listed.Messages[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null;
        return new Page<DeadLetter>(items, next);
    }

    /// <inheritdoc/>
    public ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken = default) =>
        ChangeAsync(new MailboxCommand.Redrive(sequences), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken = default) =>
        ChangeAsync(new MailboxCommand.PurgeDeadLetters(), cancellationToken);

    private async ValueTask<int> ChangeAsync(MailboxCommand command, CancellationToken cancellationToken) =>
        ((MailboxReply.Changed)await _host.DecideAsync(command, cancellationToken)).Count;
}
