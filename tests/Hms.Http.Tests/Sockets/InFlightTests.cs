using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Sockets;

/// <summary>Many sends under way on one socket.</summary>
public sealed class InFlightTests
{
    [Fact]
    public async Task Many_in_flight_are_each_answered_and_keep_their_order()
    {
        await using var front = await TestFront.StartAsync();
        await using var client = await SocketClient.ConnectAsync(front);
        var sent = new ConcurrentQueue<string>();
        var calls = new ConcurrentQueue<int>();
        front.Fabric.OnSendMany = async requests =>
        {
            calls.Enqueue(requests.Count);
            foreach (var request in requests)
            {
                sent.Enqueue((string)JsonNode.Parse(request.Message.Span)!["id"]!);
            }

            await Task.Yield();
            return [.. requests.Select(_ => new SendOutcome(new SendReceipt("m", 1, false, Durability.Fsync), null))];
        };
        const int count = 3_000;
        var writes = Task.Run(async () =>
        {
            for (var i = 0; i < count; i++)
            {
                await client.SendAsync($$"""{"op":"send","seq":{{i}},"message":{{SocketClient.Message($"m{i}")}}}""");
            }
        });
        var answered = new HashSet<int>();
        while (answered.Count < count)
        {
            var answer = await client.NextAsync();
            Assert.Equal("accepted", (string?)answer["op"]);
            Assert.True(answered.Add((int)answer["seq"]!));
        }

        await writes;
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"m{i}"), sent);
        Assert.All(calls, call => Assert.InRange(call, 1, 256));
    }

    [Fact]
    public async Task Frames_that_come_together_go_to_the_fabric_together()
    {
        await using var front = await TestFront.StartAsync();
        using var raw = await RawSocket.ConnectAsync(front);
        var calls = new ConcurrentQueue<int>();
        front.Fabric.OnSendMany = requests =>
        {
            calls.Enqueue(requests.Count);
            return new([.. requests.Select(_ => new SendOutcome(new SendReceipt("m", 1, false, Durability.Fsync), null))]);
        };
        var frames = Enumerable.Range(0, 150).SelectMany(i => RawSocket.Text($$"""{"op":"send","seq":{{i}},"message":{} }""")).ToArray();
        await raw.WriteAsync(frames);
        for (var i = 0; i < 150; i++)
        {
            Assert.Equal(i, (int)JsonNode.Parse(await raw.TextAsync())!["seq"]!);
        }

        Assert.Equal([64, 64, 22], calls);
    }

    [Fact]
    public async Task No_more_than_may_be_unanswered_is_read()
    {
        await using var front = await TestFront.StartAsync(options => options.SocketInFlightMax = 10);
        await using var client = await SocketClient.ConnectAsync(front);
        var (gate, started) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        var (underWay, most) = (0, 0);
        front.Fabric.OnSendMany = async requests =>
        {
            most = Math.Max(most, Interlocked.Add(ref underWay, requests.Count));
            started.Release(requests.Count);
            for (var i = 0; i < requests.Count; i++)
            {
                await gate.WaitAsync();
            }

            Interlocked.Add(ref underWay, -requests.Count);
            return [.. requests.Select(_ => new SendOutcome(new SendReceipt("m", 1, false, Durability.Fsync), null))];
        };
        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync($$"""{"op":"send","seq":{{i}},"message":{} }""");
        }

        for (var i = 0; i < 10; i++)
        {
            Assert.True(await started.WaitAsync(TestFront.Patience));
        }

        gate.Release(100);
        var answered = new HashSet<int>();
        for (var i = 0; i < 100; i++)
        {
            answered.Add((int)(await client.NextAsync())["seq"]!);
        }

        Assert.Equal(100, answered.Count);
        Assert.Equal(10, most);
    }

    [Fact]
    public async Task No_more_bytes_than_may_be_unanswered_are_read()
    {
        await using var front = await TestFront.StartAsync(options => options.SocketInFlightBytesMax = 1_024);
        await using var client = await SocketClient.ConnectAsync(front);
        var (underWay, most) = (0, 0);
        front.Fabric.OnSendMany = async requests =>
        {
            most = Math.Max(most, Interlocked.Add(ref underWay, requests.Count));
            await Task.Yield();
            Interlocked.Add(ref underWay, -requests.Count);
            return [.. requests.Select(_ => new SendOutcome(new SendReceipt("m", 1, false, Durability.Fsync), null))];
        };
        for (var i = 0; i < 50; i++)
        {
            await client.SendAsync($$"""{"op":"send","seq":{{i}},"message":"{{new string('x', 600)}}"}""");
        }

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal("accepted", (string?)(await client.NextAsync())["op"]);
        }

        Assert.Equal(2, most);
    }
}
