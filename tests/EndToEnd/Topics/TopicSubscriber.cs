using System.Text.Json;

namespace Hms.EndToEnd.Tests.Topics;

/// <summary>One supervisor that hears topics: receives by long-poll or over a socket, and acknowledges what it has noted down.</summary>
internal sealed class TopicSubscriber(TopicWorkload workload, string name, bool overSocket)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private readonly HashSet<string> known = [];

    public string Name => name;

    /// <summary>What was delivered of each topic, in the order in which it was first delivered.</summary>
    public Dictionary<string, List<string>> Heard { get; } = [];

    /// <summary>Messages that came again after their ack had been confirmed: a broken promise each.</summary>
    public List<string> Repeated { get; } = [];

    private HashSet<string> Confirmed { get; } = [];

    public async Task SubscribeAsync(Uri server, string topic)
    {
        var path = $"/v1/topics/{Uri.EscapeDataString(topic)}/subscribers/{name}";
        using var answer = await Http.PutAsync(new Uri(server, path), null);
        answer.EnsureSuccessStatusCode();
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var server = await workload.AddressAsync().WaitAsync(stop);
                await (overSocket ? ListenAsync(server, stop) : PollAsync(server));
            }
            catch (Exception e) when (TopicWorkload.IsNoAnswer(e))
            {
                // The next process has what this one did not confirm.
            }
        }
    }

    /// <summary>Receives until everything has come that is expected.</summary>
    public async Task DrainAsync(int expected)
    {
        var server = await workload.AddressAsync();
        var limit = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (known.Count < expected && DateTime.UtcNow < limit)
            await PollAsync(server);
    }

    private async Task PollAsync(Uri server)
    {
        var client = new FabricClient(server);
        var received = await client.ReceiveAsync(name, 100, TimeSpan.FromMilliseconds(300), Lease);
        Note(received);
        if (received.Count > 0)
            Confirm(received, await client.AckAsync(name, [.. received.Select(one => one.Receipt)]));
    }

    private async Task ListenAsync(Uri server, CancellationToken stop)
    {
        await using var socket = await TopicSocket.OpenAsync(server, name);
        await socket.SendAsync("""{"op":"receive","credit":100,"batch":20}"""u8.ToArray());
        for (var seq = 1; ; seq++)
        {
            var received = await ReadDeliveriesAsync(socket, stop);
            Note(received);
            var receipts = received.Select(one => one.Receipt);
            await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { op = "ack", seq, receipts }));
            await ReadUntilAckedAsync(socket, seq, received, stop);
        }
    }

    private static async Task<List<Received>> ReadDeliveriesAsync(TopicSocket socket, CancellationToken stop)
    {
        while (true)
        {
            using var frame = await socket.ReadAsync(stop);
            if (Deliveries(frame) is { Count: > 0 } deliveries)
                return deliveries;
        }
    }

    private async Task ReadUntilAckedAsync(TopicSocket socket, int seq, List<Received> received, CancellationToken stop)
    {
        while (true)
        {
            using var frame = await socket.ReadAsync(stop);
            var root = frame.RootElement;
            if (root.GetProperty("op").GetString() == "acked" && root.GetProperty("seq").GetInt32() == seq)
            {
                var stale = root.GetProperty("stale").EnumerateArray().Select(receipt => receipt.GetString()!).ToHashSet();
                Confirm(received, received.Select(one => one.Receipt).Where(receipt => !stale.Contains(receipt)).ToHashSet());
                return;
            }

            // What comes in between is noted and acknowledged with the next.
            if (Deliveries(frame) is { Count: > 0 } more)
            {
                Note(more);
                await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { op = "ack", receipts = more.Select(one => one.Receipt) }));
            }
        }
    }

    private static List<Received> Deliveries(JsonDocument frame) => frame.RootElement.GetProperty("op").GetString() switch
    {
        "delivery" => [Received.Of(frame.RootElement)],
        "deliveries" => [.. frame.RootElement.GetProperty("deliveries").EnumerateArray().Select(Received.Of)],
        _ => [],
    };

    private void Note(IReadOnlyList<Received> received)
    {
        foreach (var one in received)
        {
            if (Confirmed.Contains(one.Id))
                Repeated.Add(one.Id);
            if (!known.Add(one.Id))
                continue;
            var topic = one.Destination;
            if (!Heard.TryGetValue(topic, out var heard))
                Heard.Add(topic, heard = []);
            heard.Add(one.Id);
        }
    }

    private void Confirm(IReadOnlyList<Received> received, IReadOnlySet<string> acked) =>
        Confirmed.UnionWith(received.Where(one => acked.Contains(one.Receipt)).Select(one => one.Id));
}
