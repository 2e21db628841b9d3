namespace Hms.GrainClient;

/// <summary>A reply that its requester's mailbox holds for this client.</summary>
internal sealed class ClientReply(LeasedReply leased, IMessagesFront front, ISupervisorGrain mailbox) : Reply
{
    // A copy of a reply that another holds, or that was acknowledged before, is nobody's to give back.
    private bool _isSettled = leased is { HandedFor: null, Reply.Receipt: "" };

    public override ReadOnlyMemory<byte> Message => leased.Reply.Message;

    public override ErrorReply? Error => leased.Error;

    public override Durability Durability => leased.Durability;

    public override async ValueTask ConfirmAsync(CancellationToken cancellationToken = default)
    {
        if (_isSettled)
        {
            return;
        }

        _isSettled = true;
        if (leased.HandedFor is null)
        {
            await mailbox.AckAsync([leased.Reply.Receipt], cancellationToken);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_isSettled)
        {
            return;
        }

        _isSettled = true;
        try
        {
            await front.HandBackAsync(leased, CancellationToken.None);
        }
        catch (FaultException)
        {
            // It is delivered when its lease ends; asking again returns it.
        }
    }
}
