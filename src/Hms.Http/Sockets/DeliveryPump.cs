namespace Hms.Http.Sockets;

/// <summary>
/// Moves messages from the mailbox to the client, as many as its credit allows, and no faster than the connection takes them: what is not
/// out yet stays in the mailbox.
/// </summary>
internal sealed class DeliveryPump(IMailbox mailbox, CreditWindow window, SocketAnswers answers, TimeProvider time)
{
    /// <summary>Bytes that a frame of deliveries is ended at; a single one may be larger.</summary>
    private const int FrameBytes = 64 * 1024;

    /// <summary>Bytes of messages that are taken out of the mailbox at once, going by those that came before.</summary>
    private const int TakeBytes = 1024 * 1024;

    /// <summary>Messages that are taken out of the mailbox at once.</summary>
    private const int TakeMax = 256;

    private const int MessageBytesGuess = 64 * 1024;

    /// <summary>How long a client has for acks on its socket until it is asked whether they came by another way.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private CancellationTokenSource? _asking;
    private int _asked;
    private long _messageBytes = MessageBytesGuess;
    private Task? _running;

    /// <summary>Sets what may be out; with the first credit the pump begins.</summary>
    /// <param name="terms">What is granted.</param>
    /// <param name="cancellationToken">Ends the pump.</param>
    public void Grant(CreditTerms terms, CancellationToken cancellationToken)
    {
        var lease = window.Look().Terms.Lease;
        window.Grant(terms);
        lock (_gate)
        {
            // Who is waiting for more than there is room for now, or on another lease, asks anew.
            if (_asked > 0 && (terms.Lease != lease || window.Look().Room < _asked))
            {
                _ = _asking?.CancelAsync();
            }
        }

        _running ??= Task.Run(() => RunAsync(cancellationToken), CancellationToken.None);
    }

    /// <summary>Waits until the pump has ended, which its token has told it to.</summary>
    public async Task EndAsync()
    {
        await (_running ?? Task.CompletedTask);
        _asking?.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        Fault? trouble = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var view = window.Look();
                if (view.Room > 0)
                {
                    await TakeAsync(view, cancellationToken);
                    trouble = null;
                }
                else
                {
                    await RoomAsync(view, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Nobody waits for this: whatever went wrong is said on the socket.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // Of a trouble that lasts it is enough to hear once.
                var fault = answers.FaultOf(exception);
                if (trouble?.Code != fault.Code)
                {
                    answers.Say(null, fault);
                }

                trouble = fault;
                await PauseAsync(cancellationToken);
            }
        }
    }

    private async Task TakeAsync(WindowView view, CancellationToken cancellationToken)
    {
        var max = (int)Math.Clamp(TakeBytes / _messageBytes, 1, Math.Min(view.Room, TakeMax));
        if (await ReceiveAsync(view.Terms, max, cancellationToken) is not { Count: > 0 } deliveries)
        {
            return;
        }

        var fit = window.Add(deliveries, view.Terms.Lease);
        if (fit < deliveries.Count)
        {
            // The credit was lowered meanwhile.
            await mailbox.GiveBackAsync([.. deliveries.Skip(fit).Select(delivery => delivery.Receipt)]);
        }

        await WriteAsync(deliveries, fit, window.Look().Terms.Batch, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(CreditTerms terms, int max, CancellationToken cancellationToken)
    {
        CancellationToken asking;
        lock (_gate)
        {
            if (window.Look().Terms != terms)
            {
                return [];
            }

            if (_asking is null or { IsCancellationRequested: true })
            {
                _asking?.Dispose();
                _asking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            }

            asking = _asking.Token;
            _asked = max;
        }

        try
        {
            return await mailbox.ReceiveAsync(
                new ReceiveRequest { Max = max, Wait = Ranges.WaitMax, Lease = terms.Lease }, asking);
        }
        catch (OperationCanceledException) when (asking.IsCancellationRequested)
        {
            return [];
        }
        finally
        {
            lock (_gate)
            {
                _asked = 0;
            }
        }
    }

    private async Task WriteAsync(IReadOnlyList<Delivery> deliveries, int count, int batch, CancellationToken cancellationToken)
    {
        for (var from = 0; from < count;)
        {
            var end = from;
            var bytes = 0;
            while (end < count && bytes < FrameBytes && (batch == 1 || end - from < batch))
            {
                bytes += deliveries[end++].Message.Length;
            }

            Learn(bytes / (end - from));
            var mark = answers.Output.Append((deliveries, from, end, shares: batch > 1), static (to, said) =>
                AnswerJson.WriteDeliveries(to, said.deliveries, said.from, said.end, said.shares));
            from = end;
            if (!await answers.Output.TakenAsync(mark, cancellationToken))
            {
                // Nobody is there to take the rest; it is given back when the socket ends.
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
            }
        }
    }

    // Upwards at once, since memory is at stake.
    private void Learn(long bytes) => _messageBytes = Math.Max(1, bytes > _messageBytes ? bytes : (_messageBytes + bytes) / 2);

    /// <summary>Waits until there may be room: an ack here, a new credit, the end of a lease, or an ack that came another way.</summary>
    private async Task RoomAsync(WindowView view, CancellationToken cancellationToken)
    {
        if (view.Terms.Credit == 0 || view.Lapse is not { } lapse)
        {
            await view.Changed.WaitAsync(cancellationToken);
            return;
        }

        try
        {
            var wait = lapse > Patience ? Patience : lapse > Tick ? lapse : Tick;
            await view.Changed.WaitAsync(wait, time, cancellationToken);
        }
        catch (TimeoutException) when (lapse > Patience)
        {
            await SettledAsync(view.Changed, lapse < Ranges.WaitMax ? lapse : Ranges.WaitMax, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A lease has ended.
        }
    }

    private async Task SettledAsync(Task changed, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var settled = mailbox.AwaitSettledAsync(window.Receipts(), wait, enough.Token).AsTask();
        await Task.WhenAny(settled, changed);
        await enough.CancelAsync();
        try
        {
            window.Free(await settled);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The window has changed before.
        }
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(RetryPause, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The loop sees that it is over.
        }
    }
}
