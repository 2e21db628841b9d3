using Hms.Http.Sockets.Framing;

namespace Hms.Http.Sockets;

/// <summary>
/// Pings a client, so that what stands between keeps the connection, and cuts off one that is dead: of which nothing came, or which took
/// nothing, over two intervals although we waited for it. Where it is we who keep it waiting, its silence says nothing.
/// </summary>
internal sealed class KeepAlive : IAsyncDisposable
{
    private const int SilencesMax = 2;

    private readonly FrameInput _input;
    private readonly FrameOutput _output;
    private readonly HttpContext _context;
    private readonly ITimer _timer;
    private long _received;
    private long _taken;
    private int _silences;

    public KeepAlive(FrameInput input, FrameOutput output, HttpContext context, TimeSpan interval, TimeProvider time)
    {
        _input = input;
        _output = output;
        _context = context;
        _timer = time.CreateTimer(static state => ((KeepAlive)state!).Tick(), this, interval, interval);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick()
    {
        var (received, taken) = (_input.Received, _output.Taken);

        // A ping is taken by the connection even where nobody is at its other end; so while we read, only what comes counts.
        var isSilent = _input.IsWaiting ? received == _received : _output.Pending > 0 && taken == _taken;
        (_received, _taken) = (received, taken);
        _silences = isSilent ? _silences + 1 : 0;
        if (_silences == SilencesMax)
        {
            _context.Abort();
            return;
        }

        _output.AppendControl(Opcode.Ping, default);
    }
}
