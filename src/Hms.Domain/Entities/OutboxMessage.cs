using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Hms.Domain.Entities;

/// <summary>What one entity says to another. Its encoded form is stored: codes and layouts must never change.</summary>
public abstract record OutboxMessage
{
    private OutboxMessage(string to) => To = to;

    /// <summary>The mailbox that it is for.</summary>
    public string To { get; }

    /// <summary>Opens a supervisor's mailbox, since it has registered.</summary>
    public sealed record OpenMailbox(string Mailbox) : OutboxMessage(Mailbox);

    /// <summary>Closes a supervisor's mailbox, since its registration has ended.</summary>
    public sealed record CloseMailbox(string Mailbox) : OutboxMessage(Mailbox);

    /// <summary>Puts a message that the fabric made into a mailbox.</summary>
    public sealed record Post(string Mailbox, ReadOnlyMemory<byte> Message) : OutboxMessage(Mailbox);

    /// <summary>
    /// Tells the source of a message that its ttl ran out. Only the body is named: who the source is stands in it, and whoever carries
    /// this out reads it.
    /// </summary>
    public sealed record ReportExpiry(string Mailbox, long Sequence, long Body, long AtMs) : OutboxMessage(Mailbox);

    /// <summary>The stored form.</summary>
    public byte[] Encode() => this switch
    {
        OpenMailbox => Encoded('o', []),
        CloseMailbox => Encoded('c', []),
        Post post => Encoded('p', post.Message.Span),
        ReportExpiry report => EncodedReport(report),
        _ => throw new UnreachableException(),
    };

    /// <summary>Reads the stored form.</summary>
    public static OutboxMessage Decode(ReadOnlyMemory<byte> encoded)
    {
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(encoded.Span[1..]);
        var to = Encoding.UTF8.GetString(encoded.Span.Slice(3, nameLength));
        var rest = encoded[(3 + nameLength)..];
        return (char)encoded.Span[0] switch
        {
            'o' => new OpenMailbox(to),
            'c' => new CloseMailbox(to),
            'p' => new Post(to, rest),
            'e' => new ReportExpiry(
                to,
                BinaryPrimitives.ReadInt64LittleEndian(rest.Span),
                BinaryPrimitives.ReadInt64LittleEndian(rest.Span[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(rest.Span[16..])),
            var code => throw new InvalidDataException($"outbox code '{code}' is not known to this version"),
        };
    }

    private byte[] Encoded(char code, ReadOnlySpan<byte> rest)
    {
        var nameLength = Encoding.UTF8.GetByteCount(To);
        var encoded = new byte[3 + nameLength + rest.Length];
        encoded[0] = (byte)code;
        BinaryPrimitives.WriteUInt16LittleEndian(encoded.AsSpan(1), (ushort)nameLength);
        Encoding.UTF8.GetBytes(To, encoded.AsSpan(3));
        rest.CopyTo(encoded.AsSpan(3 + nameLength));
        return encoded;
    }

    private byte[] EncodedReport(ReportExpiry report)
    {
        Span<byte> numbers = stackalloc byte[24];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, report.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], report.Body);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], report.AtMs);
        return Encoded('e', numbers);
    }
}
