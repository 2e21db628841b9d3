using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Hms.Http.Tests.Sockets;

/// <summary>A client that writes frames byte by byte, right or wrong.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly CancellationTokenSource _patience = new(TestFront.Patience);

    private RawSocket(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket);
    }

    /// <summary>The head of the answer to the handshake.</summary>
    public string Head { get; private set; } = "";

    public static async Task<RawSocket> ConnectAsync(TestFront front)
    {
        var raw = new RawSocket(await front.ConnectAsync());
        await raw._stream.WriteAsync(Encoding.ASCII.GetBytes(
            "GET /v1/supervisors/b/socket HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        raw.Head = await raw.HeadAsync();
        return raw;
    }

    /// <summary>A frame as a client has to write it: masked.</summary>
    public static byte[] Frame(int first, ReadOnlySpan<byte> payload, int? lengthForm = null)
    {
        var form = lengthForm ?? payload.Length switch { <= 125 => 0, <= ushort.MaxValue => 2, _ => 8 };
        byte[] mask = [0x12, 0x34, 0xAB, 0xCD];
        var extended = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(extended, payload.Length);
        byte[] frame =
        [
            (byte)first, (byte)(0x80 | (form switch { 0 => payload.Length, 2 => 126, _ => 127 })), .. extended[(8 - form)..], .. mask, .. payload,
        ];
        for (var i = 0; i < payload.Length; i++)
        {
            frame[frame.Length - payload.Length + i] ^= mask[i % 4];
        }

        return frame;
    }

    public static byte[] Text(string text) => Frame(0x81, Encoding.UTF8.GetBytes(text));

    public async Task WriteAsync(params byte[][] pieces)
    {
        foreach (var piece in pieces)
        {
            await _stream.WriteAsync(piece, _patience.Token);
        }
    }

    /// <summary>The next frame: its first byte and its payload; null where the connection has ended.</summary>
    public async Task<(int First, byte[] Payload)?> ReadAsync()
    {
        var head = new byte[2];
        try
        {
            if (await _stream.ReadAtLeastAsync(head, 2, throwOnEndOfStream: false, _patience.Token) < 2)
            {
                return null;
            }
        }
        catch (IOException)
        {
            return null;
        }

        Assert.True(head[1] < 128, "a frame of a server is not masked");
        var extended = new byte[head[1] switch { 126 => 2, 127 => 8, _ => 0 }];
        await _stream.ReadExactlyAsync(extended, _patience.Token);
        var length = extended.Length switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(extended),
            8 => BinaryPrimitives.ReadInt64BigEndian(extended),
            _ => head[1],
        };
        Assert.True(extended.Length == length switch { <= 125 => 0, <= ushort.MaxValue => 2, _ => 8 }, "a length has one form only");
        var payload = new byte[length];
        await _stream.ReadExactlyAsync(payload, _patience.Token);
        return (head[0], payload);
    }

    /// <summary>The code of the close frame, which must be next; and then the connection ends.</summary>
    public async Task<int> ClosedAsync()
    {
        var (first, payload) = (await ReadAsync())!.Value;
        Assert.Equal(0x88, first);
        Assert.Null(await ReadAsync());
        return payload.Length == 0 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(payload);
    }

    public async Task<string> TextAsync()
    {
        var (first, payload) = (await ReadAsync())!.Value;
        Assert.Equal(0x81, first);
        return Encoding.UTF8.GetString(payload);
    }

    /// <summary>Vanishes with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
        _patience.Dispose();
    }

    private async Task<string> HeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await _stream.ReadExactlyAsync(one, _patience.Token);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
