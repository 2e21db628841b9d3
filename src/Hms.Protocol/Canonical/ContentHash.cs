using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hms.Protocol.Canonical;

/// <summary>
/// The hash of a message's content (section 7.3): SHA-256 over its canonical form, written <c>sha-256:</c> and base64url without
/// padding (RFC 4648, section 5). Two hashes are compared in constant time.
/// </summary>
public sealed class ContentHash : IEquatable<ContentHash>
{
    /// <summary>What the text of a hash begins with.</summary>
    public const string Prefix = "sha-256:";

    // 43 characters of six bits for 32 bytes.
    private const int EncodedLength = 43;

    private readonly byte[] _hash;

    private ContentHash(byte[] hash) => _hash = hash;

    /// <summary>
    /// The hash of a content; a <see cref="ErrorCode.MessageFormat"/> fault where it has no canonical form (<see cref="CanonicalJson"/>).
    /// </summary>
    public static bool TryCompute(JsonElement content, [NotNullWhen(true)] out ContentHash? hash, [NotNullWhen(false)] out Fault? fault)
    {
        using var writer = new CanonicalWriter();
        hash = writer.TryWrite(content, out fault) ? new ContentHash(SHA256.HashData(writer.Written)) : null;
        return hash is not null;
    }

    /// <summary>Reads a hash as it stands in <c>content_hash</c>; false for any other spelling, padding or algorithm.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ContentHash? hash)
    {
        hash = null;
        if (text.Length != Prefix.Length + EncodedLength || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var bytes = new byte[SHA256.HashSizeInBytes];
        if (Base64Url.DecodeFromChars(text[Prefix.Length..], bytes, out _, out var written) != OperationStatus.Done
            || written != bytes.Length)
        {
            return false;
        }

        // The last character has two bits to spare: one hash, one spelling.
        var read = new ContentHash(bytes);
        hash = text.SequenceEqual(read.ToString()) ? read : null;
        return hash is not null;
    }

    /// <summary>Whether both are the same hash. Takes the same time wherever they differ.</summary>
    public bool Equals([NotNullWhen(true)] ContentHash? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(_hash, other._hash);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ContentHash);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_hash);

    /// <summary>The hash as it stands in <c>content_hash</c>.</summary>
    public override string ToString() => Prefix + Base64Url.EncodeToString(_hash);
}
