namespace Hms.Http.Sockets;

/// <summary>Nacks, extensions and heartbeats: each goes out as it comes, without waiting for those before.</summary>
internal sealed class SocketCalls(
    string supervisor, ISupervisors supervisors, IMailbox mailbox, CreditWindow window, SocketAnswers answers, InFlight inFlight)
{
    public void Nack(long? seq, NackRequest request, int bytes) => _ = RunAsync(seq, bytes, async () =>
    {
        var ours = new List<string>(request.Receipts.Count);
        try
        {
            var nacked = mailbox.NackAsync(request, CancellationToken.None);
            if (!nacked.IsFaulted)
            {
                window.Free(request.Receipts, ours);
            }

            Answer(seq, await nacked);
        }
        catch
        {
            window.Restore(ours);
            throw;
        }
    });

    public void Extend(long? seq, IReadOnlyList<string> receipts, TimeSpan lease, int bytes) => _ = RunAsync(seq, bytes, async () =>
    {
        window.Extend(receipts, lease, isCertain: false);
        var extended = await mailbox.ExtendAsync(receipts, lease, CancellationToken.None);
        window.Extend(receipts, lease, isCertain: true);
        window.Free(extended.Stale);
        Answer(seq, extended);
    });

    public void Beat(long? seq, Heartbeat heartbeat, int bytes) => _ = RunAsync(seq, bytes, async () =>
    {
        await supervisors.HeartbeatAsync(supervisor, heartbeat, CancellationToken.None);
        if (seq is not null)
        {
            answers.Accept(seq.Value);
        }
    });

    private async Task RunAsync(long? seq, int bytes, Func<Task> call)
    {
        inFlight.Enter(1, bytes);
        try
        {
            await call();
        }
#pragma warning disable CA1031 // Nobody waits for this: whatever went wrong becomes an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            answers.Refuse(seq, exception);
        }
        finally
        {
            inFlight.Leave(1, bytes);
        }
    }

    private void Answer(long? seq, AckResult result)
    {
        if (seq is not null)
        {
            answers.Output.Append((seq.Value, result), static (to, said) =>
                AnswerJson.WriteAcked(to, said.Value, said.result.Acked, said.result.Stale));
        }
    }
}
