namespace Hms.Fabric.Entities;

/// <content>Hearing what other entities say from their outboxes.</content>
public sealed partial class EntityHost<TState, TCommand, TReply>
{
    /// <summary>
    /// Decides a command that comes from another entity's outbox; one heard before has no second effect, and no reply. A refusal, too,
    /// leaves when all that it rests on is durable, since the sender then never says it again.
    /// </summary>
    public async ValueTask<TReply?> HearAsync(
        string sender, long number, TCommand command, CancellationToken cancellationToken = default)
    {
        var order = new Order(command, null, sender, number);
        return TryRun(in order, cancellationToken, out var outcome, out var queued)
            ? await Replied(in outcome)
            : await RepliedAsync(queued!, cancellationToken);
    }

    /// <summary>
    /// Forgets what another entity's outbox was heard of: it has said that it has no more to say. Should a crash undo this, no more than a row is
    /// left over.
    /// </summary>
    public async ValueTask ForgetAsync(string sender, CancellationToken cancellationToken = default)
    {
        var order = new Order(null, null, sender, 0);
        if (!TryRun(in order, cancellationToken, out _, out var queued))
        {
            await queued!.RunAsync(_gate, cancellationToken);
        }
    }
}
