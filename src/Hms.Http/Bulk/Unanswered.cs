namespace Hms.Http.Bulk;

/// <summary>
/// How much was sent and has no answer yet. One who sends waits for room; what is larger than everything waits until nothing else is
/// under way.
/// </summary>
internal sealed class Unanswered(int messagesMax, long bytesMax)
{
    private readonly Lock _gate = new();
    private int _messages;
    private long _bytes;
    private TaskCompletionSource? _change;

    public async ValueTask EnterAsync(int messages, long bytes)
    {
        while (TryEnter(messages, bytes) is { } change)
        {
            await change;
        }
    }

    public void Leave(int messages, long bytes)
    {
        TaskCompletionSource? change;
        lock (_gate)
        {
            _messages -= messages;
            _bytes -= bytes;
            (change, _change) = (_change, null);
        }

        change?.SetResult();
    }

    private Task? TryEnter(int messages, long bytes)
    {
        lock (_gate)
        {
            if (_messages == 0 || (_messages + messages <= messagesMax && _bytes + bytes <= bytesMax))
            {
                _messages += messages;
                _bytes += bytes;
                return null;
            }

            _change ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _change.Task;
        }
    }
}
