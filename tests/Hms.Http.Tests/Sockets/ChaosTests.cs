using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Sockets;

/// <summary>Many clients do everything at once, and vanish: nothing is lost, nobody gets more than the credit granted.</summary>
public sealed class ChaosTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_message_is_acknowledged_in_the_end_and_none_is_left_held(int seed)
    {
        const int count = 2_000;
        await using var front = await TestFront.StartAsync();
        var mailbox = SocketMailbox.On(front, count);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async who =>
        {
            var random = new Random((seed * 10) + who);
            while (mailbox.Acked.Count < count)
            {
                await LiveAsync(front, mailbox, count, random);
            }
        }));

        await front.App.StopAsync();
        Assert.Equal((0, 0), (mailbox.Ready, mailbox.Out));
        Assert.Equal(count, mailbox.Acked.Distinct().Count());
        Assert.Empty(front.Logged);
    }

    /// <summary>One client's life: it receives, sends and acknowledges for a while, and ends in one way or another.</summary>
    private static async Task LiveAsync(TestFront front, SocketMailbox mailbox, int count, Random random)
    {
        await using var client = await SocketClient.ConnectAsync(front);
        var credit = random.Next(1, 40);
        var held = new HashSet<string>();
        await client.SendAsync($$"""{"op":"receive","credit":{{credit}},"batch":{{random.Next(1, 8)}}}""");
        for (var left = random.Next(5, 60); left > 0 && mailbox.Acked.Count < count; left--)
        {
            // What is asked along with it ends the wait where no delivery comes.
            await client.SendAsync($$"""{"op":"send","seq":{{left}},"message":{{SocketClient.Message($"m{left}")}}}""");
            for (var answer = await client.NextAsync(); (string?)answer["op"] != "accepted"; answer = await client.NextAsync())
            {
                held.UnionWith(ReceiptsOf(answer));
                Assert.InRange(held.Count, 0, credit);
            }

            var done = held.Where(_ => random.Next(3) > 0).ToArray();
            held.ExceptWith(done);
            await client.SendAsync($$"""{"op":"{{(random.Next(8) == 0 ? "nack" : "ack")}}","receipts":[{{string.Join(',', done.Select(receipt => $"\"{receipt}\""))}}]}""");
        }

        switch (random.Next(3))
        {
            case 0:
                await client.CloseAsync();
                break;
            case 1:
                client.Socket.Abort();
                break;
            default:
                await client.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                break;
        }
    }

    private static IEnumerable<string> ReceiptsOf(JsonNode frame) => (string?)frame["op"] == "delivery"
        ? [(string)frame["receipt"]!]
        : frame["deliveries"]!.AsArray().Select(delivery => (string)delivery!["receipt"]!);
}
