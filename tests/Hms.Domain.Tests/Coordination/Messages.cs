using System.Text;
using Hms.Domain.Coordination;
using Hms.Domain.Mailboxes;

namespace Hms.Domain.Tests.Coordination;

/// <summary>Messages as supervisors send them, and what tells them apart.</summary>
internal static class Messages
{
    public static Stamp Stamp(string source, string id, ulong body = 1) => new(Fingerprint.OfId(source, id), body, null);

    public static byte[] Of(string source, string id, string destination, string type, string content) => Encoding.UTF8.GetBytes(
        $$"""{"id":"{{id}}","source":"{{source}}","destination":"{{destination}}","message_type":"{{type}}","content":{{content}},"timestamp":"2027-01-15T08:00:00Z","version":"1.0"}""");
}
