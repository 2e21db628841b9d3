using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hms.Domain.Mailboxes;

/// <summary>What stands for an id, a body or a correlation in a mailbox's index: the first bits of a SHA-256.</summary>
/// <param name="High">The first 64 bits.</param>
/// <param name="Low">The next 32 bits.</param>
public readonly record struct Fingerprint(ulong High, uint Low)
{
    // Making one costs more than hashing a message.
    [ThreadStatic]
    private static IncrementalHash? _sha256;

    /// <summary>Of a message's id, scoped to its source.</summary>
    public static Fingerprint OfId(string source, string id) => Of('i', source, id);

    /// <summary>Of an idempotency key, scoped to its source.</summary>
    public static Fingerprint OfIdempotencyKey(string source, string key) => Of('k', source, key);

    /// <summary>Of a correlation id and the one that a reply must come from. Never 0, which stands for none.</summary>
    public static ulong OfReply(string sender, string correlationId) => Of('r', sender, correlationId).High | 1;

    /// <summary>Of a request, by its id or the idempotency key that stands for it. Never 0.</summary>
    public static ulong OfRequest(string source, string id) => Of('q', source, id).High | 1;

    /// <summary>Of a supervisor's name.</summary>
    public static ulong OfName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> text = stackalloc byte[3 * name.Length];
        return OfBytes(text[..Encoding.UTF8.GetBytes(name, text)]);
    }

    /// <summary>Of bytes.</summary>
    public static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    private static Fingerprint Of(char what, string scope, string id)
    {
        // A name has at most 256 characters of one byte, an id at most 256 code points of four; 0 ends the scope, for no name holds it.
        Span<byte> text = stackalloc byte[2 + (3 * scope.Length) + (3 * id.Length)];
        text[0] = (byte)what;
        var length = 1 + Encoding.UTF8.GetBytes(scope, text[1..]);
        text[length++] = 0;
        length += Encoding.UTF8.GetBytes(id, text[length..]);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(text[..length], hash);
        return new Fingerprint(BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt32LittleEndian(hash[8..]));
    }

    private static void Hash(ReadOnlySpan<byte> bytes, Span<byte> hash)
    {
        var sha256 = _sha256 ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha256.AppendData(bytes);
        sha256.GetHashAndReset(hash);
    }
}
