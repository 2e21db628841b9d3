using System.Text;
using System.Text.Json;
using Hms.Http.Sockets.Framing;

namespace Hms.Http.Tests.Sockets.Framing;

public sealed class OutputBufferTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65_535, 4)]
    [InlineData(65_536, 10)]
    [InlineData(1_000_000, 10)]
    public void Header_has_the_one_form_that_the_length_allows(int length, int header)
    {
        using var buffer = new OutputBuffer();
        var payload = new byte[length];
        new Random(length).NextBytes(payload);
        buffer.WriteControl(Opcode.Ping, "p"u8);
        buffer.Begin();
        buffer.Write(payload);
        buffer.End();
        buffer.WriteControl(Opcode.Pong, "q"u8);
        var written = buffer.Written.ToArray();
        Assert.Equal([0x89, 1, (byte)'p'], written[..3]);
        Assert.Equal(0x81, written[3]);
        Assert.Equal(payload, written[(3 + header)..^3]);
        Assert.Equal([0x8A, 1, (byte)'q'], written[^3..]);
        Assert.Equal(3, buffer.Frames);
        buffer.Clear();
        Assert.Equal((0, 0), (buffer.Length, buffer.Frames));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain-1_2.3:4/5@6+7")]
    [InlineData(" ~!#$%&'()*,;<=>?[]^`{|}")]
    [InlineData("quote \" backslash \\ slash /")]
    [InlineData("tab \t line \n null \0 bell \u0007 delete \u007f")]
    [InlineData("é ü 漢字 🚀 \u2028")]
    public void Text_is_written_as_json(string text)
    {
        using var buffer = new OutputBuffer();
        buffer.Write(text);
        var written = Encoding.UTF8.GetString(buffer.Written.Span);
        Assert.Equal(text, JsonSerializer.Deserialize<string>(written));
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, JsonText.Writing))
        {
            json.WriteStringValue(text);
        }

        Assert.Equal(Encoding.UTF8.GetString(stream.ToArray()), written);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Number_is_written_as_json(long number)
    {
        using var buffer = new OutputBuffer();
        buffer.Write(number);
        Assert.Equal(number, JsonSerializer.Deserialize<long>(buffer.Written.Span));
    }
}
