using Hms.Abstractions;

namespace Hms.Bench.InProcess.Load;

/// <summary>Long-polls the mailbox of each of several supervisors, hands over what comes, and acknowledges it.</summary>
internal sealed class Receivers : IAsyncDisposable
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task[] loops;

    /// <param name="fabric">The fabric.</param>
    /// <param name="supervisors">Whose mailboxes.</param>
    /// <param name="max">Messages taken at once.</param>
    /// <param name="take">Is given the number of the supervisor and what came; the ack waits for it.</param>
    public Receivers(IFabric fabric, IReadOnlyList<string> supervisors, int max, Func<int, IReadOnlyList<Delivery>, ValueTask> take) =>
        loops = [.. supervisors.Select((id, number) => Task.Run(() =>
            LoopAsync(fabric.Mailbox(id), new ReceiveRequest { Max = max, Wait = Wait }, came => take(number, came))))];

    /// <summary>Ends with the first receiver that fails.</summary>
    public Task Broken => Task.WhenAny(loops).Unwrap();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        try
        {
            await Task.WhenAll(loops);
        }
        finally
        {
            stopping.Dispose();
        }
    }

    private async Task LoopAsync(IMailbox mailbox, ReceiveRequest request, Func<IReadOnlyList<Delivery>, ValueTask> take)
    {
        try
        {
            while (true)
            {
                var came = await mailbox.ReceiveAsync(request, stopping.Token);
                if (came.Count == 0)
                    continue;
                await take(came);
                await mailbox.AckAsync([.. came.Select(delivery => delivery.Receipt)]);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The round is over.
        }
    }
}
