namespace Hms.Http.Tests;

/// <summary>A mailbox that remembers what was asked of it.</summary>
internal sealed class FakeMailbox : IMailbox
{
    private readonly TaskCompletionSource<IReadOnlyList<string>> _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReceiveRequest? Received { get; private set; }

    public IReadOnlyList<string>? Acked { get; private set; }

    public NackRequest? Nacked { get; private set; }

    public (IReadOnlyList<string> Receipts, TimeSpan Lease)? Extended { get; private set; }

    public (long After, int Limit)? Listed { get; private set; }

    public IReadOnlyList<long>? Redriven { get; private set; }

    /// <summary>What was given back because nobody took it.</summary>
    public Task<IReadOnlyList<string>> Returned => _returned.Task;

    public Func<CancellationToken, ValueTask<IReadOnlyList<Delivery>>>? OnReceive { get; set; }

    public (long After, int Max, TimeSpan Lease)? Redelivered { get; private set; }

    public IReadOnlyList<Delivery> Leased { get; set; } = [];

    public Func<IReadOnlyList<Delivery>>? OnRedeliver { get; set; }

    public Func<IReadOnlyList<string>, TimeSpan, CancellationToken, ValueTask<IReadOnlyList<string>>>? OnAwaitSettled { get; set; }

    public Page<DeadLetter> DeadLetters { get; set; } = new([], null);

    public ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken = default)
    {
        Received = request;
        return OnReceive?.Invoke(cancellationToken) ?? new([]);
    }

    public ValueTask<AckResult> AckAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default)
    {
        Acked = receipts;
        return new(new AckResult(receipts.Count - 1, [receipts[^1]]));
    }

    public ValueTask<AckResult> NackAsync(NackRequest request, CancellationToken cancellationToken = default)
    {
        Nacked = request;
        return new(new AckResult(request.Receipts.Count, []));
    }

    public ValueTask<AckResult> ExtendAsync(IReadOnlyList<string> receipts, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        Extended = (receipts, lease);
        return new(new AckResult(receipts.Count, []));
    }

    public ValueTask<AckResult> ReturnAsync(IReadOnlyList<string> receipts, CancellationToken cancellationToken = default)
    {
        _returned.TrySetResult(receipts);
        return new(new AckResult(receipts.Count, []));
    }

    public ValueTask<IReadOnlyList<Delivery>> RedeliverAsync(
        long after, int max, TimeSpan lease, CancellationToken cancellationToken = default)
    {
        Redelivered = (after, max, lease);
        return new(OnRedeliver?.Invoke() ?? Leased);
    }

    public ValueTask<IReadOnlyList<string>> AwaitSettledAsync(
        IReadOnlyList<string> receipts, TimeSpan wait, CancellationToken cancellationToken = default) =>
        OnAwaitSettled?.Invoke(receipts, wait, cancellationToken) ?? new([]);

    public ValueTask<Page<DeadLetter>> DeadLettersAsync(long after, int limit, CancellationToken cancellationToken = default)
    {
        Listed = (after, limit);
        return new(DeadLetters);
    }

    public ValueTask<int> RedriveAsync(IReadOnlyList<long>? sequences, CancellationToken cancellationToken = default)
    {
        Redriven = sequences;
        return new(sequences?.Count ?? 7);
    }

    public ValueTask<int> PurgeDeadLettersAsync(CancellationToken cancellationToken = default) => new(4);
}
