using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Hms.EndToEnd.Tests.Crash;

namespace Hms.EndToEnd.Tests.Topics;

/// <summary>Publishers and subscribers at work against a server that comes and goes.</summary>
internal sealed class TopicWorkload : IAsyncDisposable
{
    private const string Root = "plant";
    private static readonly string[] Topics = [$"{Root}.alerts", $"{Root}.metrics"];
    private readonly ConcurrentDictionary<string, ConcurrentBag<string>> accepted = new();
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> running = [];
    private readonly RestartableServer server;
    private readonly TopicSubscriber[] subscribers;

    public TopicWorkload(RestartableServer server, int subscriberCount)
    {
        this.server = server;
        subscribers = [.. Enumerable.Range(0, subscriberCount).Select(i => new TopicSubscriber(this, $"subscriber-{i}", overSocket: i % 2 == 1))];
    }

    /// <summary>Whose socket the publishers use.</summary>
    public const string SenderSocket = "publisher";

    public IReadOnlyList<TopicSubscriber> Subscribers => subscribers;

    public static bool IsNoAnswer(Exception e) =>
        e is HttpRequestException or OperationCanceledException or WebSocketException or SocketException or IOException or InvalidOperationException;

    public Task<Uri> AddressAsync() => server.AddressAsync();

    public void Accepted(string topic, IEnumerable<string> ids)
    {
        var all = accepted.GetOrAdd(topic, _ => []);
        foreach (var id in ids)
            all.Add(id);
    }

    public async Task StartAsync()
    {
        var address = await AddressAsync();
        var client = new FabricClient(address);
        await client.RegisterAsync(SenderSocket);
        foreach (var subscriber in subscribers)
        {
            await client.RegisterAsync(subscriber.Name);

            // Some by name, some by pattern, and one by both.
            if (subscriber != subscribers[^1])
                await subscriber.SubscribeAsync(address, Topics[0]);
            if (subscriber != subscribers[0])
                await subscriber.SubscribeAsync(address, $"{Root}.*");
            else
                await subscriber.SubscribeAsync(address, Topics[1]);
            Run(subscriber.RunAsync);
        }

        foreach (var (topic, i) in Topics.SelectMany(topic => Enumerable.Range(0, 2).Select(i => (topic, i))))
            Run(new TopicPublisher(this, $"source-{i}-of-{topic}", topic, overSocket: i == 1).RunAsync);
    }

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running);
        var total = accepted.Values.Sum(ids => ids.Distinct().Count());
        await Task.WhenAll(subscribers.Select(subscriber => subscriber.DrainAsync(total)));
    }

    /// <summary>The log of each topic, by the destination that messages name, and what of it was acknowledged to publishers.</summary>
    public async Task<IReadOnlyList<(string Destination, List<string> Log, HashSet<string> Accepted)>> LogsAsync()
    {
        var logs = new List<(string, List<string>, HashSet<string>)>();
        foreach (var topic in Topics)
            logs.Add(($"topic:{topic}", await ReadLogAsync(topic), [.. accepted[topic]]));
        return logs;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task<List<string>> ReadLogAsync(string topic)
    {
        using var http = new HttpClient();
        var ids = new List<string>();
        for (var from = "0"; ;)
        {
            var path = new Uri(await AddressAsync(), $"/v1/topics/{topic}/messages?from={from}&limit=1000");
            using var page = JsonDocument.Parse(await http.GetByteArrayAsync(path));
            ids.AddRange(page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("message").GetProperty("id").GetString()!));
            if (!page.RootElement.TryGetProperty("next", out var next))
                return ids;
            from = next.ToString();
        }
    }

    private void Run(Func<CancellationToken, Task> work) => running.Add(Task.Run(() => work(stop.Token)));
}
