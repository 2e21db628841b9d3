namespace Hms.GrainClient.Sending;

/// <summary>
/// The turn of a batch that goes several ways: it comes when it has come on each of them, and until the batch is through nothing else goes there.
/// </summary>
/// <param name="ways">How many ways there are.</param>
internal sealed class Turn(int ways)
{
    private readonly TaskCompletionSource _come = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing = ways;

    /// <summary>Ends when it is this batch's turn.</summary>
    public Task Come => _come.Task;

    /// <summary>Ends when the batch is through.</summary>
    public Task Over => _over.Task;

    /// <summary>What was before it on one of its ways is through.</summary>
    public void Free()
    {
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _come.SetResult();
        }
    }

    /// <summary>Lets the others go on.</summary>
    public void End() => _over.SetResult();
}
