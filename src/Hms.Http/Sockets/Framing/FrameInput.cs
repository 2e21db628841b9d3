using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace Hms.Http.Sockets.Framing;

/// <summary>What came in.</summary>
internal enum Incoming
{
    /// <summary>Nothing that is whole yet.</summary>
    None,

    /// <summary>A text message.</summary>
    Text,

    /// <summary>A binary message.</summary>
    Binary,

    /// <summary>A message that is longer than it may be: the rest of it is skipped.</summary>
    TooLarge,

    /// <summary>A ping, which wants its payload back.</summary>
    Ping,

    /// <summary>A pong.</summary>
    Pong,

    /// <summary>The client closes.</summary>
    Close,

    /// <summary>The client breaks the protocol of RFC 6455; nothing that follows can be understood.</summary>
    Violation,
}

/// <summary>
/// Reads WebSocket messages (RFC 6455). The library's own <c>WebSocket</c> takes a lock and one or two reads for each, copies it out, and
/// ends the socket over text that is not UTF-8; here all that has come in at once is taken where it lies, and the text is for the caller to
/// judge. Memory grows with what came, not with what was announced, and is given back while nothing comes.
/// </summary>
/// <param name="stream">The connection after the upgrade.</param>
/// <param name="messageBytesMax">Bytes that a message may have.</param>
internal sealed class FrameInput(Stream stream, int messageBytesMax) : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int TailMin = 4 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;

    // The message whose fragments come in: where its payload lies so far, and what it is; None where there is none.
    private Incoming _assembling;
    private int _messageStart;
    private int _messageEnd;

    private long _skip;
    private bool _skipsMessage;

    /// <summary>What <see cref="Incoming.Violation"/> means.</summary>
    public string Violation { get; private set; } = "";

    /// <summary>The code of a <see cref="Incoming.Close"/>; null where it has none.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>Bytes that have come so far.</summary>
    public long Received { get; private set; }

    /// <summary>Whether it waits for the client.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Takes the next message or control frame that has come in whole. Its payload is there until the next call.</summary>
    public Incoming Take(out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        while (_skip == 0 || Skip())
        {
            if (!FrameHeader.TryRead(_buffer.AsSpan(_start, _end - _start), out var header, out var violation))
            {
                return violation is null ? Incoming.None : Break(violation);
            }

            if ((header.IsControl ? null : SequenceViolation(header.Opcode)) is { } broken)
            {
                return Break(broken);
            }

            if (!header.IsControl && (_skipsMessage || header.Length > messageBytesMax - Assembled))
            {
                if (BeginSkip(header))
                {
                    return Incoming.TooLarge;
                }

                continue;
            }

            if (_end - _start - header.Size < header.Length)
            {
                return Incoming.None;
            }

            var taken = header.IsControl ? TakeControl(header, out payload) : TakeData(header, out payload);
            if (taken != Incoming.None)
            {
                return taken;
            }

            payload = default;
        }

        return Incoming.None;
    }

    /// <summary>Waits for more; false where the client sends no more. Payloads taken before are gone.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        IsWaiting = true;
        try
        {
            if (_start == _end && _assembling == Incoming.None)
            {
                // An idle socket holds no memory: it waits without any, and takes some when there is something to put into it.
                Release();
                _ = await stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
                _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            }
            else
            {
                MakeRoom();
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            Received += read;
            return read > 0;
        }
        finally
        {
            IsWaiting = false;
        }
    }

    public void Dispose() => Release();

    private int Assembled => _assembling == Incoming.None ? 0 : _messageEnd - _messageStart;

    private string? SequenceViolation(Opcode opcode)
    {
        var continues = _assembling != Incoming.None || _skipsMessage;
        return opcode == Opcode.Continuation
            ? continues ? null : "a continuation continues nothing"
            : continues ? "a message begins within another" : null;
    }

    private bool BeginSkip(in FrameHeader header)
    {
        var isFirst = !_skipsMessage;
        _start += header.Size;
        _skip = header.Length;
        _skipsMessage = !header.IsFinal;
        _assembling = Incoming.None;
        return isFirst;
    }

    private bool Skip()
    {
        var here = (int)Math.Min(_skip, _end - _start);
        _start += here;
        _skip -= here;
        return _skip == 0;
    }

    private Incoming TakeControl(in FrameHeader header, out ReadOnlyMemory<byte> payload)
    {
        payload = TakePayload(header);
        switch (header.Opcode)
        {
            case Opcode.Ping: return Incoming.Ping;
            case Opcode.Pong: return Incoming.Pong;
            default: return TakeClose(payload.Span);
        }
    }

    private Incoming TakeClose(ReadOnlySpan<byte> payload)
    {
        if (payload.Length == 0)
        {
            return Incoming.Close;
        }

        if (payload.Length == 1)
        {
            return Break("a close frame has half a code");
        }

        CloseCode = BinaryPrimitives.ReadUInt16BigEndian(payload);
        return !CloseCodes.IsAllowed(CloseCode.Value) ? Break("a close frame has a code that may not be sent")
            : !Utf8.IsValid(payload[2..]) ? Break("the reason of a close frame is not valid UTF-8")
            : Incoming.Close;
    }

    private Incoming TakeData(in FrameHeader header, out ReadOnlyMemory<byte> payload)
    {
        payload = TakePayload(header);
        var kind = header.Opcode == Opcode.Text ? Incoming.Text : Incoming.Binary;
        if (header.Opcode != Opcode.Continuation)
        {
            if (header.IsFinal)
            {
                return kind;
            }

            _assembling = kind;
            _messageStart = _start - payload.Length;
            _messageEnd = _start;
            return Incoming.None;
        }

        payload.Span.CopyTo(_buffer.AsSpan(_messageEnd));
        _messageEnd += payload.Length;
        if (!header.IsFinal)
        {
            return Incoming.None;
        }

        payload = _buffer.AsMemory(_messageStart, Assembled);
        kind = _assembling;
        _assembling = Incoming.None;
        return kind;
    }

    private ReadOnlyMemory<byte> TakePayload(in FrameHeader header)
    {
        var payload = _buffer.AsMemory(_start + header.Size, (int)header.Length);
        FrameHeader.Unmask(payload.Span, header.Mask);
        _start += header.Size + payload.Length;
        return payload;
    }

    private Incoming Break(string violation)
    {
        Violation = violation;
        return Incoming.Violation;
    }

    /// <summary>Moves what is still wanted together, into more memory where it fills most of this, into less where there is much.</summary>
    private void MakeRoom()
    {
        if (_buffer.Length - _end >= TailMin)
        {
            return;
        }

        var whole = Assembled;
        var wanted = whole + _end - _start;
        var size = wanted > _buffer.Length / 2 ? 2 * _buffer.Length : wanted <= BufferBytes / 2 ? BufferBytes : _buffer.Length;
        var into = size == _buffer.Length ? _buffer : ArrayPool<byte>.Shared.Rent(size);
        if (whole > 0)
        {
            _buffer.AsSpan(_messageStart, whole).CopyTo(into);
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(into.AsSpan(whole));
        (_messageStart, _messageEnd, _start, _end) = (0, whole, whole, wanted);
        if (into != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = into;
        }
    }

    private void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _start, _end) = ([], 0, 0);
        }
    }
}
