using System.Buffers.Binary;
using System.Text;

namespace Hms.Http.Sockets.Framing;

/// <summary>
/// What goes out on one socket. Whoever has something to say appends whole frames; who finds nobody writing, writes, and goes on as
/// long as there is more: what many say at the same time goes out in one piece. Nobody has to wait in order to append, but whoever goes
/// on without waiting for <see cref="RoomAsync"/> fills memory if the client does not read.
/// </summary>
/// <param name="stream">The connection after the upgrade.</param>
/// <param name="sent">Counts frames as they go out.</param>
internal sealed class FrameOutput(Stream stream, Action<long> sent) : IDisposable
{
    private const int PendingBytesMax = 256 * 1024;
    private const int PieceBytes = 64 * 1024;
    private const long Never = long.MaxValue;

    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];
    private OutputBuffer _pending = new();
    private OutputBuffer _leaving = new();
    private long _appended;
    private long _taken;
    private bool _isWriting;
    private bool _isClosed;
    private volatile bool _isBroken;

    /// <summary>Bytes that the connection has taken so far.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Bytes that the connection is yet to take.</summary>
    public long Pending => _isBroken ? 0 : Volatile.Read(ref _appended) - Volatile.Read(ref _taken);

    /// <summary>Whether more is pending than should be.</summary>
    public bool IsFull => Pending > PendingBytesMax;

    /// <summary>Appends what a method writes: whole frames. After the close frame, and on a broken connection, nothing is appended.</summary>
    /// <returns>A mark for <see cref="TakenAsync"/>.</returns>
    public long Append<T>(T what, Action<OutputBuffer, T> write) => Append(what, write, closes: false);

    /// <summary>Appends a control frame.</summary>
    public void AppendControl(Opcode opcode, ReadOnlyMemory<byte> payload) => Append((opcode, payload), WriteControl, closes: false);

    /// <summary>Appends the close frame, after which nothing goes out (RFC 6455, section 5.5.1).</summary>
    public void Close(int? code, string reason)
    {
        var payload = new byte[code is null ? 0 : 2 + Encoding.UTF8.GetByteCount(reason)];
        if (code is not null)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code.Value);
            Encoding.UTF8.GetBytes(reason, payload.AsSpan(2));
        }

        Append((Opcode.Close, (ReadOnlyMemory<byte>)payload), WriteControl, closes: true);
    }

    /// <summary>Waits until the connection has taken what was appended up to a mark; false where it never will.</summary>
    public ValueTask<bool> TakenAsync(long mark, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_taken >= mark || _isBroken || mark == Never)
            {
                return new ValueTask<bool>(_taken >= mark);
            }

            waiter = new Waiter(mark);
            _waiters.Add(waiter);
        }

        return new ValueTask<bool>(waiter.Source.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Waits until little enough is pending.</summary>
    public ValueTask<bool> RoomAsync(CancellationToken cancellationToken)
    {
        long mark;
        lock (_gate)
        {
            mark = _appended - PendingBytesMax;
        }

        return TakenAsync(mark, cancellationToken);
    }

    /// <summary>Waits until the connection has taken everything.</summary>
    public ValueTask<bool> EmptyAsync(CancellationToken cancellationToken)
    {
        long mark;
        lock (_gate)
        {
            mark = _appended;
        }

        return TakenAsync(mark, cancellationToken);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (!_isWriting)
            {
                _pending.Dispose();
                _leaving.Dispose();
            }
        }
    }

    private static void WriteControl(OutputBuffer to, (Opcode Opcode, ReadOnlyMemory<byte> Payload) frame) =>
        to.WriteControl(frame.Opcode, frame.Payload.Span);

    private long Append<T>(T what, Action<OutputBuffer, T> write, bool closes)
    {
        long mark;
        lock (_gate)
        {
            if (_isClosed || _isBroken)
            {
                return Never;
            }

            var (length, frames) = (_pending.Length, _pending.Frames);
            try
            {
                write(_pending, what);
            }
            catch
            {
                // Half a frame would make rubbish of all that follow.
                _pending.TakeBack(length, frames);
                throw;
            }

            _isClosed = closes;
            mark = _appended + _pending.Length - length;
            Volatile.Write(ref _appended, mark);
            if (_isWriting)
            {
                return mark;
            }

            _isWriting = true;
        }

        _ = WriteAsync();
        return mark;
    }

    private async Task WriteAsync()
    {
        try
        {
            while (TakePending())
            {
                sent(_leaving.Frames);
                for (var rest = _leaving.Written; !rest.IsEmpty;)
                {
                    // No more than a piece lies in the connection's memory besides ours.
                    var piece = rest[..Math.Min(rest.Length, PieceBytes)];
                    rest = rest[piece.Length..];
                    await stream.WriteAsync(piece);
                    Take(piece.Length);
                }

                _leaving.Clear();
            }
        }
#pragma warning disable CA1031 // Whatever a broken connection throws, it means that the client is gone.
        catch (Exception)
#pragma warning restore CA1031
        {
            Break();
        }
    }

    private bool TakePending()
    {
        lock (_gate)
        {
            _isWriting = _pending.Length > 0;
            (_pending, _leaving) = (_leaving, _pending);
            return _isWriting;
        }
    }

    private void Take(int bytes)
    {
        lock (_gate)
        {
            Volatile.Write(ref _taken, _taken + bytes);
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Mark <= _taken)
                {
                    _waiters[i].Source.SetResult(true);
                    _waiters.RemoveAt(i);
                }
            }
        }
    }

    private void Break()
    {
        lock (_gate)
        {
            _isBroken = true;
            _isWriting = false;
            foreach (var waiter in _waiters)
            {
                waiter.Source.SetResult(false);
            }

            _waiters.Clear();
        }
    }

    private readonly record struct Waiter(long Mark)
    {
        public TaskCompletionSource<bool> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
