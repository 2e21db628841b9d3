using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Fabric.Messages;

/// <summary>
/// What two messages under one idempotency key must agree in: destination, type and content (<c>api.md</c>, Messages). A client that
/// makes a new id and timestamp for each try still sends the same.
/// </summary>
internal static class IdempotentPart
{
    public static ulong HashOf(Envelope envelope)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(envelope.Destination.Name));
        hash.AppendData([0]);
        hash.AppendData(Encoding.UTF8.GetBytes(envelope.MessageType));
        hash.AppendData([0]);
        hash.AppendData(JsonMarshal.GetRawUtf8Value(envelope.Content));
        return Fingerprint.OfBytes(hash.GetHashAndReset());
    }
}
