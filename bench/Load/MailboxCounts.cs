using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hms.Bench.Load;

/// <summary>How many messages wait in which mailbox, as the server itself tells.</summary>
internal sealed class MailboxCounts(Uri server) : IDisposable
{
    private const string Metric = "hms_mailbox_ready";
    private readonly Connection connection = new(server);

    /// <summary>Those in all mailboxes, from <c>/metrics</c>: cheap to ask for often. Null where it is not told.</summary>
    public long? Total()
    {
        var values = Encoding.UTF8.GetString(Get("/metrics")).Split('\n')
            .Where(line => line.StartsWith(Metric, StringComparison.Ordinal) && line[Metric.Length] is ' ' or '{')
            .Select(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))
            .ToArray();
        return values.Length == 0 ? null : (long)values.Sum();
    }

    /// <summary>Those in each mailbox, from the supervisors' records.</summary>
    public Dictionary<string, long> ByMailbox()
    {
        var counts = new Dictionary<string, long>();
        for (string? next = ""; next is not null;)
        {
            var after = next.Length == 0 ? "" : $"&after={Uri.EscapeDataString(next)}";
            using var page = JsonDocument.Parse(Get($"/v1/supervisors?limit=1000{after}"));
            foreach (var record in page.RootElement.GetProperty("items").EnumerateArray())
                counts[record.GetProperty("id").GetString()!] = record.GetProperty("mailbox").GetProperty("ready").GetInt64();
            next = page.RootElement.TryGetProperty("next", out var token) ? token.GetString() : null;
        }
        return counts;
    }

    public void Dispose() => connection.Dispose();

    private byte[] Get(string path)
    {
        connection.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n"));
        HttpAnswer answer;
        while (!connection.TryReceive(out answer))
        {
        }
        return answer.Status == 200 ? answer.Body.ToArray() : throw new IOException($"GET {path} was answered with {answer.Status}.");
    }
}
