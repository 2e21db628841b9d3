using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Hms.EndToEnd.Tests;

/// <summary>The few calls of the contract that these tests make, as any client would make them.</summary>
internal sealed class FabricClient(Uri server)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };

    public async Task RegisterAsync(string supervisor)
    {
        using var answer = await Http.PutAsJsonAsync(Url(supervisor), new { supervisor_type = "test" });
        Assert.True(answer.IsSuccessStatusCode, $"Registration of {supervisor}: {(int)answer.StatusCode}");
    }

    public async Task<SendAnswer> SendAsync(byte[] message)
    {
        using var content = new ByteArrayContent(message);
        content.Headers.ContentType = new("application/json");
        using var answer = await Http.PostAsync(new Uri(server, "/v1/messages"), content);
        var body = await answer.Content.ReadAsByteArrayAsync();
        if (answer.StatusCode != HttpStatusCode.Accepted)
            return new SendAnswer(answer.StatusCode, Duplicate: false, Encoding.UTF8.GetString(body));
        using var receipt = JsonDocument.Parse(body);
        return new SendAnswer(answer.StatusCode, receipt.RootElement.GetProperty("duplicate").GetBoolean(), "");
    }

    public async Task<IReadOnlyList<Received>> ReceiveAsync(
        string supervisor, int max, TimeSpan wait, TimeSpan lease, CancellationToken ct = default)
    {
        var query = $"/messages?max={max}&wait_ms={(int)wait.TotalMilliseconds}&lease_ms={(int)lease.TotalMilliseconds}";
        using var answer = await Http.GetAsync(Url(supervisor, query), ct);
        answer.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(ct));
        return [.. body.RootElement.GetProperty("deliveries").EnumerateArray().Select(Received.Of)];
    }

    /// <summary>Returns the receipts that were acked: all but the stale ones.</summary>
    public async Task<IReadOnlySet<string>> AckAsync(string supervisor, IReadOnlyCollection<string> receipts)
    {
        using var answer = await Http.PostAsJsonAsync(Url(supervisor, "/messages/ack"), new { receipts });
        answer.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        var stale = body.RootElement.GetProperty("stale").EnumerateArray().Select(receipt => receipt.GetString()!);
        var acked = receipts.Except(stale).ToHashSet();
        Assert.Equal(acked.Count, body.RootElement.GetProperty("acked").GetInt32());
        return acked;
    }

    public async Task NackAsync(string supervisor, IReadOnlyCollection<string> receipts, TimeSpan delay)
    {
        var request = new { receipts, delay_ms = (int)delay.TotalMilliseconds };
        using var answer = await Http.PostAsJsonAsync(Url(supervisor, "/messages/nack"), request);
        answer.EnsureSuccessStatusCode();
    }

    public async Task ExtendAsync(string supervisor, IReadOnlyCollection<string> receipts, TimeSpan lease)
    {
        var request = new { receipts, lease_ms = (int)lease.TotalMilliseconds };
        using var answer = await Http.PostAsJsonAsync(Url(supervisor, "/messages/extend"), request);
        answer.EnsureSuccessStatusCode();
    }

    private Uri Url(string supervisor, string rest = "") => new(server, $"/v1/supervisors/{Uri.EscapeDataString(supervisor)}{rest}");
}

/// <summary>A send's status, and of a receipt whether it was a duplicate; else the error as text.</summary>
internal sealed record SendAnswer(HttpStatusCode Status, bool Duplicate, string Error);

/// <summary>One delivery, with the message's bytes as they came.</summary>
internal sealed record Received(string Receipt, long Sequence, int Attempt, string Source, string Id, string Destination, byte[] Message)
{
    public static Received Of(JsonElement delivery)
    {
        var message = delivery.GetProperty("message");
        return new Received(
            delivery.GetProperty("receipt").GetString()!,
            delivery.GetProperty("sequence").GetInt64(), delivery.GetProperty("attempt").GetInt32(),
            message.GetProperty("source").GetString()!, message.GetProperty("id").GetString()!, message.GetProperty("destination").GetString()!,
            JsonMarshal.GetRawUtf8Value(message).ToArray());
    }
}
