namespace Hms.Http.Sockets;

/// <summary>Does what the frames of one socket ask for, in their order, without waiting for what comes of it.</summary>
internal sealed class SocketOperations
{
    private readonly HttpOptions _options;
    private readonly SocketAnswers _answers;
    private readonly InFlight _inFlight;
    private readonly CreditWindow _window;
    private readonly IMailbox _mailbox;
    private readonly SendLane _sends;
    private readonly AckLane _acks;
    private readonly SocketCalls _calls;
    private readonly Exchanges _exchanges;
    private readonly DeliveryPump _pump;
    private readonly SocketFrame _frame = new();
    private readonly CancellationToken _ending;

    /// <summary>The operations of one socket.</summary>
    /// <param name="fabric">The fabric.</param>
    /// <param name="supervisor">Whose socket it is.</param>
    /// <param name="answers">Where answers go.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">The time.</param>
    /// <param name="stopping">Ends when the server stops.</param>
    /// <param name="ending">Ends when nothing more is to be delivered, or waited for on the client's behalf.</param>
    public SocketOperations(
        IFabric fabric, string supervisor, SocketAnswers answers, HttpOptions options, TimeProvider time,
        CancellationToken stopping, CancellationToken ending)
    {
        _options = options;
        _answers = answers;
        _ending = ending;
        _mailbox = fabric.Mailbox(supervisor);
        _inFlight = new InFlight(options.SocketInFlightMax, options.SocketInFlightBytesMax);
        _window = new CreditWindow(time);
        _sends = new SendLane(fabric, answers, _inFlight, options.MessageBytesMax);
        _acks = new AckLane(_mailbox, _window, answers, _inFlight);
        _calls = new SocketCalls(supervisor, fabric.Supervisors, _mailbox, _window, answers, _inFlight);
        _exchanges = new Exchanges(fabric, answers, stopping);
        _pump = new DeliveryPump(_mailbox, _window, answers, time);
    }

    /// <summary>Whether as much is unanswered as may be.</summary>
    public bool IsFull => _inFlight.IsFull;

    /// <summary>Waits until less is.</summary>
    public Task RoomAsync() => _inFlight.RoomAsync();

    /// <summary>Takes a frame; sends and acks wait for more of their kind until <see cref="Dispatch"/>. Never throws.</summary>
    public void Take(ReadOnlyMemory<byte> frame)
    {
        try
        {
            if (_frame.Read(frame) is { } fault)
            {
                _answers.Refuse(_frame.Seq, fault);
                return;
            }

            switch (_frame.Op)
            {
                case SocketOp.Send:
                    _sends.Add(_frame, frame.Span);
                    break;
                case SocketOp.Ack:
                    _acks.Add(_frame, frame.Length);
                    break;
                default:
                    Dispatch();
                    Perform(frame);
                    break;
            }
        }
#pragma warning disable CA1031 // Whatever a frame brings about, the socket lives on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _answers.Refuse(_frame.Seq, exception);
        }
    }

    /// <summary>Passes on what was gathered. An ack may come after a send that followed it, never before one that it followed.</summary>
    public void Dispatch()
    {
        _sends.Dispatch();
        _acks.Dispatch();
    }

    /// <summary>Waits until nothing more is delivered, and gives back what is out.</summary>
    public async Task StopDeliveringAsync()
    {
        await _pump.EndAsync();
        await GiveBackAsync();
    }

    /// <summary>Waits until everything was answered.</summary>
    public Task AnsweredAsync() => Task.WhenAll(_inFlight.EmptyAsync(), _exchanges.EmptyAsync());

    /// <summary>Gives back what was delivered and has not been acknowledged.</summary>
    public Task GiveBackAsync() => _mailbox.GiveBackAsync(_window.Empty());

    private void Perform(ReadOnlyMemory<byte> frame)
    {
        switch (_frame.Op)
        {
            case SocketOp.Request:
                Request(frame.Span);
                break;
            case SocketOp.Receive:
                _pump.Grant(_frame.Terms, _ending);
                break;
            case SocketOp.Nack:
                _calls.Nack(_frame.Seq, _frame.Nack, frame.Length);
                break;
            case SocketOp.Extend:
                _calls.Extend(_frame.Seq, _frame.Receipts, _frame.Lease, frame.Length);
                break;
            case SocketOp.Heartbeat:
                _calls.Beat(_frame.Seq, _frame.Heartbeat, frame.Length);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Request(ReadOnlySpan<byte> utf8)
    {
        var (start, length) = _frame.Messages[0];
        if (length > _options.MessageBytesMax)
        {
            _answers.Refuse(_frame.Seq, SendLane.TooLarge(_options.MessageBytesMax));
            return;
        }

        _exchanges.Begin(_frame.Seq!.Value, _frame.ToSend(utf8.Slice(start, length)), _frame.Wait, _ending);
    }
}
