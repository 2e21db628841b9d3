using Hms.Http.Guarding;
using Hms.Http.Sockets.Framing;

namespace Hms.Http.Sockets;

/// <summary>
/// One open socket. What comes in is taken in order and passed on without waiting for what became of what came before; the answers go out
/// as they come. While as much is unanswered, or unread by the client, as may be, nothing more is read.
/// </summary>
internal sealed class SocketSession : IAsyncDisposable
{
    /// <summary>How long a client has to take our close frame, and to answer it; less where less is left of the drain.</summary>
    private static readonly TimeSpan CloseMax = TimeSpan.FromSeconds(2);

    private readonly HttpOptions _options;
    private readonly SocketMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationTokenSource _pausing;
    private readonly FrameInput _input;
    private readonly FrameOutput _output;
    private readonly SocketAnswers _answers;
    private readonly SocketOperations _operations;
    private readonly KeepAlive _keepAlive;

    public SocketSession(
        HttpContext context, Stream stream, IFabric fabric, string supervisor, HttpOptions options, Failures failures,
        SocketMetrics metrics, TimeProvider time, CancellationToken stopping)
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        _stopping = stopping;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        _pausing = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        _input = new FrameInput(stream, options.FrameBytesMax);
        _output = new FrameOutput(stream, metrics.Sent);
        _answers = new SocketAnswers(_output, failures, context);
        _operations = new SocketOperations(fabric, supervisor, _answers, options, time, stopping, _ending.Token);
        _keepAlive = new KeepAlive(_input, _output, context, options.SocketPingInterval, time);
    }

    private bool IsFull => _operations.IsFull || _output.IsFull;

    /// <summary>Serves the client until either side ends it; then gives back what it was delivered and has not acknowledged.</summary>
    public async Task RunAsync()
    {
        var end = await ReadAsync();
        await _ending.CancelAsync();
        await _operations.StopDeliveringAsync();
        if (!end.IsGone)
        {
            await CloseAsync(end);
        }

        // What was sent is the fabric's, whoever is left to hear of it; an ack that failed leaves its message to be given back.
        await _operations.AnsweredAsync();
        await _operations.GiveBackAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _keepAlive.DisposeAsync();
        _input.Dispose();
        _output.Dispose();
        _ending.Dispose();
        _pausing.Dispose();
    }

    private async Task<SocketEnd> ReadAsync()
    {
        try
        {
            while (true)
            {
                if (TakeFrames() is { } end)
                {
                    return end;
                }

                if (IsFull)
                {
                    _operations.Dispatch();
                    await RoomAsync();
                    continue;
                }

                _stopping.ThrowIfCancellationRequested();
                var filled = _input.FillAsync(_stopping);
                if (!filled.IsCompleted)
                {
                    // There is nothing more to gather.
                    _operations.Dispatch();
                }

                if (!await filled)
                {
                    return SocketEnd.Gone;
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return new SocketEnd(CloseCodes.GoingAway, "the fabric is stopping");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return SocketEnd.Gone;
        }
#pragma warning disable CA1031 // What was delivered is to be given back, whatever happened.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _answers.FaultOf(e);
            return SocketEnd.Gone;
        }
        finally
        {
            _operations.Dispatch();
        }
    }

    /// <summary>Takes what has come in whole, as long as there is room for it.</summary>
    private SocketEnd? TakeFrames()
    {
        var frames = 0;
        SocketEnd? end = null;
        while (end is null && !IsFull && _input.Take(out var payload) is not Incoming.None and var incoming)
        {
            frames++;
            switch (incoming)
            {
                case Incoming.Text:
                    _operations.Take(payload);
                    break;
                case Incoming.Binary:
                    _answers.Refuse(null, new Fault(ErrorCode.MessageFormat, "the frame is binary: frames are JSON text"));
                    break;
                case Incoming.TooLarge:
                    _answers.Refuse(null, new Fault(
                        ErrorCode.PayloadTooLarge, $"the frame is larger than {_options.FrameBytesMax} bytes"));
                    break;
                case Incoming.Ping:
                    _output.AppendControl(Opcode.Pong, payload);
                    break;
                case Incoming.Pong:
                    break;
                case Incoming.Close:
                    end = new SocketEnd(_input.CloseCode, "") { IsByClient = true };
                    break;
                default:
                    end = new SocketEnd(CloseCodes.ProtocolError, _input.Violation);
                    break;
            }
        }

        _metrics.Received(frames);
        return end;
    }

    private async Task RoomAsync()
    {
        await _operations.RoomAsync().WaitAsync(_pausing.Token);
        await _output.RoomAsync(_pausing.Token);
    }

    /// <summary>Answers what can be answered in time, and closes.</summary>
    private async Task CloseAsync(SocketEnd end)
    {
        using var patience = new CancellationTokenSource(_options.DrainMax / 2, _time);
        try
        {
            await _operations.AnsweredAsync().WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // The close frame is to come while the client may still hear it.
        }

        _output.Close(end.Code, end.Reason);
        try
        {
            patience.CancelAfter(CloseMax < _options.DrainMax / 4 ? CloseMax : _options.DrainMax / 4);
            if (await _output.EmptyAsync(patience.Token) && end is { IsByClient: false, Code: CloseCodes.GoingAway })
            {
                await ClosedAsync(patience.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It does not answer, or is gone.
        }
    }

    /// <summary>Waits for the client's close frame; what comes before it is not looked at.</summary>
    private async Task ClosedAsync(CancellationToken cancellationToken)
    {
        do
        {
            while (_input.Take(out _) is not Incoming.None and var incoming)
            {
                if (incoming is Incoming.Close or Incoming.Violation)
                {
                    return;
                }
            }
        }
        while (await _input.FillAsync(cancellationToken));
    }

    /// <summary>How a socket ends.</summary>
    /// <param name="Code">The code of our close frame; null for none.</param>
    /// <param name="Reason">Its reason.</param>
    private readonly record struct SocketEnd(int? Code, string Reason)
    {
        /// <summary>Without a word.</summary>
        public static SocketEnd Gone { get; } = new(null, "") { IsGone = true };

        public bool IsGone { get; private init; }

        /// <summary>Whether the client closes, so that ours is the answer.</summary>
        public bool IsByClient { get; init; }
    }
}
