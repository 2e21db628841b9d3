using System.Diagnostics;
using System.Net;
using System.Text;
using Hms.Processes;

namespace Hms.EndToEnd.Tests;

/// <summary>Clients that break off, dawdle or talk nonsense harm nobody but themselves.</summary>
public sealed class HostileClientTests
{
    private const int Vanished = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly string[] Rubbish =
    [
        "\0\u0001\u0002\u00ff\u00fe garbage \r\n\r\n",
        "GET / HT",
        "GET /v1/supervisors HTTP/9.9\r\n\r\n",
        "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n{}",
        "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"id\":\"cut off",
        "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n{}",
        $"GET /{new string('a', 100_000)} HTTP/1.1\r\n",
        $"GET / HTTP/1.1\r\n{string.Concat(Enumerable.Repeat("X-Many: 1\r\n", 5_000))}\r\n",
        "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003",
    ];

    [Fact]
    public async Task Survives_rubbish_on_the_socket()
    {
        using var data = new ScratchFolder();
        await using var server = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, Patience);
        var client = new FabricClient(server.Address);
        await client.RegisterAsync("b");
        using var slow = await StartSlowSendAsync(server.Address);

        foreach (var (i, rubbish) in Rubbish.Index())
        {
            var connection = await RawConnection.OpenAsync(server.Address);
            await connection.SendAsync(rubbish);
            if (i % 2 == 0)
                connection.Reset();
            else
                connection.Dispose();
            // After each kind, not only at the end: the failure then names what did it.
            await AssertDeliversAsync(client, $"after-{i}");
        }
        await FinishSlowSendAsync(slow);
        Assert.Equal("slow", Assert.Single(await client.ReceiveAsync("b", 10, Patience, Patience)).Id);
    }

    [Fact]
    public async Task Two_hundred_vanished_receivers_do_not_keep_messages_from_a_live_one()
    {
        const int messages = 20;
        using var data = new ScratchFolder();
        await using var server = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, Patience);
        var client = new FabricClient(server.Address);
        await client.RegisterAsync("b");

        var pollers = await Task.WhenAll(Enumerable.Range(0, Vanished).Select(_ => StartPollAsync(server.Address)));
        foreach (var (i, poller) in pollers.Index())
        {
            if (i % 2 == 0)
                poller.Reset();
            else
                poller.Dispose();
        }

        for (var i = 0; i < messages; i++)
            Assert.Equal(HttpStatusCode.Accepted, (await client.SendAsync(Message($"m{i}"))).Status);
        var began = Stopwatch.GetTimestamp();
        var received = new HashSet<string>();
        while (received.Count < messages)
        {
            var deliveries = await client.ReceiveAsync("b", messages, wait: TimeSpan.FromSeconds(5), lease: Patience);
            received.UnionWith(deliveries.Select(delivery => delivery.Id));
            await client.AckAsync("b", [.. deliveries.Select(delivery => delivery.Receipt)]);
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(10), $"Only {received.Count} of {messages} reached the live receiver.");
        }
    }

    private static async Task<RawConnection> StartPollAsync(Uri server)
    {
        var poller = await RawConnection.OpenAsync(server);
        // The answer to the first request tells that the server has come as far as the second, which then waits.
        // Its lease is long: were the vanished ones still served, their messages would come back too late for the test.
        await poller.SendAsync(
            $"GET /health/live HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n" +
            $"GET /v1/supervisors/b/messages?max=1&wait_ms=60000&lease_ms=3000 HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n");
        await poller.ReadUntilAsync("HTTP/1.1 200");
        return poller;
    }

    private static async Task<RawConnection> StartSlowSendAsync(Uri server)
    {
        var message = Message("slow");
        var connection = await RawConnection.OpenAsync(server);
        await connection.SendAsync(
            $"POST /v1/messages HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nContent-Length: {message.Length}\r\n\r\n");
        await connection.SendAsync(message.AsMemory(0, 1));
        return connection;
    }

    /// <summary>The rest of the body, in packets of a byte.</summary>
    private static async Task FinishSlowSendAsync(RawConnection connection)
    {
        foreach (var one in Message("slow")[1..])
            await connection.SendAsync(new[] { one });
        await connection.ReadUntilAsync("HTTP/1.1 202");
    }

    private static async Task AssertDeliversAsync(FabricClient client, string id)
    {
        Assert.Equal(HttpStatusCode.Accepted, (await client.SendAsync(Message(id))).Status);
        var delivery = Assert.Single(await client.ReceiveAsync("b", 10, Patience, Patience));
        Assert.Equal(id, delivery.Id);
        await client.AckAsync("b", [delivery.Receipt]);
    }

    private static byte[] Message(string id) => Encoding.UTF8.GetBytes(
        $$"""{"id":"{{id}}","source":"a","destination":"b","message_type":"state_query","content":{},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""");
}
