using Hms.Abstractions;

namespace Hms.Fabric.Messages;

/// <summary>A reply that was there at once, and so is in no mailbox; it goes into one only where its requester does not take it.</summary>
/// <param name="requester">Who asked.</param>
/// <param name="mailbox">Its mailbox.</param>
/// <param name="message">The reply.</param>
/// <param name="answers">Which request it answers.</param>
internal sealed class HandedReply(string requester, IMailboxPort mailbox, ReadOnlyMemory<byte> message, string answers) : Reply
{
    private bool _isTaken;

    public string Requester => requester;

    public string Answers => answers;

    public override ReadOnlyMemory<byte> Message => message;

    public override ErrorReply? Error => null;

    public override Durability Durability => Durability.Fsync;

    public override ValueTask ConfirmAsync(CancellationToken cancellationToken = default)
    {
        _isTaken = true;
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_isTaken)
        {
            return;
        }

        _isTaken = true;
        try
        {
            await mailbox.EnqueueAsync(FabricMessages.ToEnqueue(message, answers), CancellationToken.None);
        }
        catch (FaultException)
        {
            // It is there already, or its requester has no mailbox. Asking again returns it.
        }
    }
}
