using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Hms.Http.Sockets.Framing;

/// <summary>Frames on their way out, one behind the other, in pooled memory that is given back when they are gone.</summary>
internal sealed class OutputBuffer : IBufferWriter<byte>, IDisposable
{
    private const int HeaderBytes = 4;
    private const int FirstBytes = 1_024;

    /// <summary>Characters that JSON takes as they are, and one byte holds.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private readonly Utf8JsonWriter _json;
    private byte[] _bytes = [];
    private int _frame;

    public OutputBuffer() => _json = new Utf8JsonWriter(this, JsonText.Writing);

    /// <summary>Bytes of the frames.</summary>
    public int Length { get; private set; }

    /// <summary>How many frames.</summary>
    public int Frames { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Begins a text frame.</summary>
    public void Begin()
    {
        _frame = Length;
        GetSpan(HeaderBytes);
        Length += HeaderBytes;
    }

    /// <summary>Ends the frame: its header has the one form that its length allows (RFC 6455, section 5.2).</summary>
    public void End()
    {
        var payload = Length - _frame - HeaderBytes;
        var size = payload switch { <= 125 => 2, <= ushort.MaxValue => 4, _ => 10 };
        if (size != HeaderBytes)
        {
            GetSpan(size);
            _bytes.AsSpan(_frame + HeaderBytes, payload).CopyTo(_bytes.AsSpan(_frame + size));
            Length += size - HeaderBytes;
        }

        var header = _bytes.AsSpan(_frame, size);
        header[0] = 0x80 | (byte)Opcode.Text;
        switch (size)
        {
            case 2:
                header[1] = (byte)payload;
                break;
            case 4:
                header[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)payload);
                break;
            default:
                header[1] = 127;
                BinaryPrimitives.WriteInt64BigEndian(header[2..], payload);
                break;
        }

        Frames++;
    }

    /// <summary>Writes a control frame; its payload has up to 125 bytes.</summary>
    public void WriteControl(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        Write([(byte)(0x80 | (byte)opcode), (byte)payload.Length]);
        Write(payload);
        Frames++;
    }

    /// <summary>Takes back what was written after a mark that <see cref="Length"/> and <see cref="Frames"/> were.</summary>
    public void TakeBack(int length, int frames) => (Length, Frames) = (length, frames);

    /// <summary>A writer for what has no quicker way. It is to be flushed before anything else is written.</summary>
    public Utf8JsonWriter Json()
    {
        _json.Reset();
        return _json;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    public void Write(long number)
    {
        Utf8Formatter.TryFormat(number, GetSpan(20), out var written);
        Length += written;
    }

    /// <summary>Writes a JSON string.</summary>
    public void Write(string text)
    {
        Write("\""u8);
        if (text.AsSpan().ContainsAnyExcept(Plain))
        {
            Write(JsonEncodedText.Encode(text, JsonText.Writing.Encoder).EncodedUtf8Bytes);
        }
        else
        {
            Length += Encoding.UTF8.GetBytes(text, GetSpan(text.Length));
        }

        Write("\""u8);
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Forgets what was written and gives its memory back.</summary>
    public void Clear()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            (_bytes, Length, Frames) = ([], 0, 0);
        }
    }

    public void Dispose()
    {
        Clear();
        _json.Dispose();
    }

    private void Reserve(int bytes)
    {
        var needed = Length + Math.Max(bytes, 1);
        if (needed > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(FirstBytes, 2 * _bytes.Length)));
            Written.Span.CopyTo(larger);
            if (_bytes.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
            }

            _bytes = larger;
        }
    }
}
