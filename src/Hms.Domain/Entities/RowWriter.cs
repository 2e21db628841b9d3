using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hms.Domain.Entities;

/// <summary>Writes the value of a row piece by piece; <see cref="RowReader"/> reads it in the same order.</summary>
/// <param name="output">Where it goes.</param>
internal sealed class RowWriter(IBufferWriter<byte> output)
{
    /// <summary>An ASCII letter.</summary>
    public RowWriter Code(char code)
    {
        output.GetSpan(1)[0] = (byte)code;
        output.Advance(1);
        return this;
    }

    public RowWriter Number(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), number);
        output.Advance(sizeof(long));
        return this;
    }

    public RowWriter Flag(bool flag) => Code(flag ? '1' : '0');

    /// <summary>A text of at most 65,535 bytes, with its length before it.</summary>
    public RowWriter Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var span = output.GetSpan(sizeof(ushort) + length);
        BinaryPrimitives.WriteUInt16LittleEndian(span, checked((ushort)length));
        Encoding.UTF8.GetBytes(text, span[sizeof(ushort)..]);
        output.Advance(sizeof(ushort) + length);
        return this;
    }

    public RowWriter Numbers(IReadOnlyList<long> numbers)
    {
        Number(numbers.Count);
        foreach (var number in numbers)
        {
            Number(number);
        }

        return this;
    }

    public RowWriter Texts(IReadOnlyCollection<string> texts)
    {
        Number(texts.Count);
        foreach (var text in texts)
        {
            Text(text);
        }

        return this;
    }

    /// <summary>At most 65,535 bytes, with their number before them.</summary>
    public RowWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(sizeof(ushort)), checked((ushort)bytes.Length));
        output.Advance(sizeof(ushort));
        output.Write(bytes);
        return this;
    }

    /// <summary>Bytes up to the end.</summary>
    public void Rest(ReadOnlySpan<byte> bytes) => output.Write(bytes);
}

/// <summary>Reads what <see cref="RowWriter"/> wrote.</summary>
/// <param name="value">The value of a row.</param>
internal struct RowReader(ReadOnlyMemory<byte> value)
{
    private ReadOnlyMemory<byte> _left = value;

    public char Code() => (char)Take(1)[0];

    public bool Flag() => Code() == '1';

    public long Number() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public ReadOnlySpan<byte> Bytes() => Take(BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort))));

    public long[] Numbers()
    {
        var numbers = new long[Number()];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Number();
        }

        return numbers;
    }

    public string[] Texts()
    {
        var texts = new string[Number()];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = Text();
        }

        return texts;
    }

    public readonly ReadOnlyMemory<byte> Rest() => _left;

    private ReadOnlySpan<byte> Take(int length)
    {
        var taken = _left.Span[..length];
        _left = _left[length..];
        return taken;
    }
}
