namespace Hms.Http.Sockets;

/// <summary>What was taken out of a mailbox for a client who does not get it, or keep it, goes back.</summary>
internal static class GivingBack
{
    /// <summary>Gives messages back, so that they need not wait out their leases. Where that cannot be, they wait.</summary>
    public static async Task GiveBackAsync(this IMailbox mailbox, IReadOnlyList<string> receipts)
    {
        if (receipts.Count == 0)
        {
            return;
        }

        try
        {
            await mailbox.ReturnAsync(receipts, CancellationToken.None);
        }
        catch (FaultException)
        {
            // The mailbox is gone, or its leases are with its state; or they end by themselves.
        }
    }
}
