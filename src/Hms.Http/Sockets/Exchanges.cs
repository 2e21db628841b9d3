namespace Hms.Http.Sockets;

/// <summary>
/// The requests of one socket that wait for their reply, each by itself. They do not count as unanswered sends, since they may wait long
/// and by rights; so there are only so many of them, and one more is refused instead of keeping all else waiting.
/// </summary>
/// <param name="fabric">Where requests go.</param>
/// <param name="answers">Where replies go.</param>
/// <param name="stopping">Ends when the server stops.</param>
internal sealed class Exchanges(IFabric fabric, SocketAnswers answers, CancellationToken stopping)
{
    /// <summary>Requests that may wait at once.</summary>
    public const int CountMax = 1_024;

    /// <summary>Bytes that they may have together.</summary>
    public const long BytesMax = 16 * 1024 * 1024;

    private readonly InFlight _waiting = new(CountMax, BytesMax);

    /// <summary>Sends a request. Its reply, or why there is none, goes out when it comes.</summary>
    /// <param name="seq">What the answer carries.</param>
    /// <param name="request">The request.</param>
    /// <param name="wait">How long to wait for the reply.</param>
    /// <param name="cancellationToken">Ends the waiting, and with it the socket's interest in the reply.</param>
    public void Begin(long seq, SendRequest request, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (_waiting.IsFull)
        {
            answers.Refuse(seq, new Fault(
                ErrorCode.RateLimited, $"{CountMax} requests, or {BytesMax} bytes of them, wait for their replies on this socket already"));
            return;
        }

        _waiting.Enter(1, request.Message.Length);
        _ = RunAsync(seq, request, wait, cancellationToken);
    }

    /// <summary>Waits until no request is left.</summary>
    public Task EmptyAsync() => _waiting.EmptyAsync();

    private async Task RunAsync(long seq, SendRequest request, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await using var reply = await fabric.RequestAsync(request, wait, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            await answers.Output.RoomAsync(cancellationToken);
            var mark = answers.Output.Append(
                (seq, reply.Message), static (to, said) => AnswerJson.WriteReply(to, said.seq, said.Message.Span));

            // A reply that nobody took is not confirmed, and so comes through the mailbox.
            if (await answers.Output.TakenAsync(mark, cancellationToken) && !cancellationToken.IsCancellationRequested)
            {
                await reply.ConfirmAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (stopping.IsCancellationRequested)
            {
                answers.Refuse(seq, new Fault(
                    ErrorCode.MessageTimeout, "the fabric stops before a reply came: ask again with the same message"));
            }
        }
#pragma warning disable CA1031 // Nobody waits for this: whatever went wrong becomes an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            answers.Refuse(seq, exception);
        }
        finally
        {
            _waiting.Leave(1, request.Message.Length);
        }
    }
}
