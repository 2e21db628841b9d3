namespace Hms.Http.Tests;

/// <summary>A reply that tells what became of it.</summary>
internal sealed class FakeReply(byte[] message, ErrorReply? error = null) : Reply
{
    private readonly TaskCompletionSource<bool> _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether it was confirmed when it was let go.</summary>
    public Task<bool> Confirmed => _confirmed.Task;

    public override ReadOnlyMemory<byte> Message => message;

    public override ErrorReply? Error => error;

    public override Durability Durability => Durability.Memory;

    public override ValueTask ConfirmAsync(CancellationToken cancellationToken = default)
    {
        _confirmed.TrySetResult(true);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _confirmed.TrySetResult(false);
        return ValueTask.CompletedTask;
    }
}
