namespace Hms.Grains;

/// <summary>
/// One supervisor's mailbox from afar. A long wait is made of short calls, so that who waits does so where the mailbox is, also when that changes.
/// </summary>
internal abstract class RemoteMailbox(ISupervisorGrain grain, TimeProvider time) : IMailbox
{
    // A call of which nobody knows what it brought is not repeated here: what it may have leased would be overtaken by what comes after it.
    public ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Wait <= TimeSpan.Zero
            ? ReceiveAsync(request, request.Wait, cancellationToken)
            : WaitAsync(
                request.Wait,
                (wait, _) => ReceiveAsync(request, wait, cancellationToken),
                static received => received.Count > 0,
                isRepeatable: false,
                cancellationToken);
    }

    public ValueTask<IReadOnlyList<string>> AwaitSettledAsync(
        IReadOnlyList<string> receipts, TimeSpan wait, CancellationToken cancellationToken = default) =>
        WaitAsync(wait, (left, _) => grain.AwaitSettledAsync(receipts, left, cancellationToken), static settled => settled.Count > 0, isRepeatable: true, cancellationToken);

    public ValueTask<AckResult> AckAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default) =>
        grain.AckAsync(receipts, cancellationToken);

    public ValueTask<AckResult> NackAsync(NackRequest request, CancellationToken cancellationToken = default) =>
        grain.NackAsync(request, cancellationToken);

    public ValueTask<AckResult> ExtendAsync(IReadOnlyList<string> receipts, TimeSpan lease, CancellationToken cancellationToken = default) =>
        grain.ExtendAsync(receipts, lease, cancellationToken);

    public ValueTask<AckResult> ReturnAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default) =>
        grain.ReturnAsync(receipts, cancellationToken);

    public virtual ValueTask<IReadOnlyList<Delivery>> RedeliverAsync(
        long after, int max, TimeSpan lease, CancellationToken cancellationToken = default) =>
        grain.RedeliverAsync(after, max, lease, cancellationToken);

    public ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken = default) =>
        grain.DeadLettersAsync(after, limit, cancellationToken);

    public ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken = default) =>
        grain.RedriveAsync(sequences, cancellationToken);

    public ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken = default) => grain.PurgeDeadLettersAsync(cancellationToken);

    /// <summary>What arrives when the caller has gone is given back, so that it need not wait out its lease.</summary>
    private async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, TimeSpan wait, CancellationToken cancellationToken)
    {
        var received = await AskAsync(request with { Wait = wait }, cancellationToken);
        if (cancellationToken.IsCancellationRequested && received.Count > 0 && !request.AutoAck)
        {
            await grain.ReturnAsync([.. received.Select(delivery => delivery.Receipt)], CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return received;
    }

    /// <summary>Makes one call of a receive.</summary>
    protected virtual ValueTask<IReadOnlyList<Delivery>> AskAsync(ReceiveRequest request, CancellationToken cancellationToken) =>
        grain.ReceiveAsync(request, cancellationToken);

    /// <summary>Waits in short calls.</summary>
    protected ValueTask<T> WaitAsync<T>(
        TimeSpan wait, Func<TimeSpan, bool, ValueTask<T>> ask, Func<T, bool> isThere, bool isRepeatable, CancellationToken cancellationToken) =>
        LongWait.UntilAsync(time, wait, ask, isThere, isRepeatable, cancellationToken);
}
