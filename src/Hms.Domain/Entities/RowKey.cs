using System.Buffers.Binary;
using System.Text;

namespace Hms.Domain.Entities;

/// <summary>
/// The key of one row of an entity: a kind, and within it a number or a name. Encoded so that rows of one kind lie together, numbers in
/// their order.
/// </summary>
public readonly record struct RowKey
{
    private RowKey(char kind, long number, string? name) => (Kind, Number, Name) = (kind, number, name);

    /// <summary>What kind of row, an ASCII letter: lower case is the machine's, upper case the host's.</summary>
    public char Kind { get; }

    /// <summary>The number; 0 where the row has a name.</summary>
    public long Number { get; }

    /// <summary>The name; null where the row has a number.</summary>
    public string? Name { get; }

    /// <summary>The row of an entity that has one which is written with nearly every decision; a store may keep it with the entity itself.</summary>
    public static RowKey Header { get; } = Of('h');

    /// <summary>A row with a number, which must not be negative.</summary>
    public static RowKey Of(char kind, long number = 0) => new(kind, number, null);

    /// <summary>A row with a name.</summary>
    public static RowKey Of(char kind, string name) => new(kind, 0, name);

    /// <summary>The key as bytes; they compare as the keys do.</summary>
    public byte[] Encode()
    {
        if (Name is not null)
        {
            var named = new byte[2 + Encoding.UTF8.GetByteCount(Name)];
            (named[0], named[1]) = ((byte)Kind, (byte)'=');
            Encoding.UTF8.GetBytes(Name, named.AsSpan(2));
            return named;
        }

        var numbered = new byte[10];
        (numbered[0], numbered[1]) = ((byte)Kind, (byte)'#');
        BinaryPrimitives.WriteInt64BigEndian(numbered.AsSpan(2), Number);
        return numbered;
    }

    /// <summary>The key that was encoded so.</summary>
    public static RowKey Decode(ReadOnlySpan<byte> key) => key[1] == '='
        ? Of((char)key[0], Encoding.UTF8.GetString(key[2..]))
        : Of((char)key[0], BinaryPrimitives.ReadInt64BigEndian(key[2..]));
}
