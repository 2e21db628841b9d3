using System.Net.Sockets;
using System.Text;

namespace Hms.Http.Tests;

/// <summary>A connection on which a test writes and reads by turns.</summary>
internal sealed class Conversation(Socket socket) : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TestFront.Patience);
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>Everything that was heard so far.</summary>
    public string Heard { get; private set; } = "";

    public static async Task<Conversation> BeginAsync(TestFront front, string head)
    {
        var conversation = new Conversation(await front.ConnectAsync());
        await conversation.SayAsync($"{head}\r\nHost: localhost\r\n\r\n");
        return conversation;
    }

    /// <summary>Begins a body of one message a line, in chunks.</summary>
    public static Task<Conversation> BeginLinesAsync(TestFront front) => BeginAsync(
        front, $"POST /v1/messages HTTP/1.1\r\nContent-Type: {Bulk.Lines.ContentType}\r\nTransfer-Encoding: chunked");

    public async Task SayAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, _patience.Token)..];
        }
    }

    public Task SayAsync(string text) => SayAsync(Encoding.UTF8.GetBytes(text));

    public Task SayChunkAsync(string text) => SayAsync($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");

    /// <summary>Reads until a text was heard.</summary>
    public async Task HearAsync(string text)
    {
        while (!Heard.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(await HearMoreAsync(), $"the end came before {text}: {Heard}");
        }
    }

    /// <summary>Reads until the connection ends, in whichever way.</summary>
    public async Task HearTheEndAsync()
    {
        try
        {
            while (await HearMoreAsync())
            {
            }
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>Reads until the connection ends, and counts a byte.</summary>
    public async Task<int> CountAsync(byte wanted)
    {
        var found = 0;
        while (await socket.ReceiveAsync(_buffer, _patience.Token) is > 0 and var count)
        {
            found += _buffer.AsSpan(0, count).Count(wanted);
        }

        return found;
    }

    public void Dispose()
    {
        socket.Dispose();
        _patience.Dispose();
    }

    private async Task<bool> HearMoreAsync()
    {
        var count = await socket.ReceiveAsync(_buffer, _patience.Token);
        Heard += Encoding.UTF8.GetString(_buffer, 0, count);
        return count > 0;
    }
}
