using System.Diagnostics;
using Hms.Bench.Load;

namespace Hms.Bench.Scenarios;

/// <summary>One round of publishing to a number of subscribers who take nothing, on a server of its own.</summary>
/// <param name="Publishing">What the publisher saw.</param>
/// <param name="DeliveriesPerSecond">Messages that came into mailboxes, from the first publish until every mailbox had all.</param>
/// <param name="BytesPerPublish">By how much the data on disk grew; null for a server that was not started here.</param>
internal sealed record FanOutRound(RoundFigure Publishing, double DeliveriesPerSecond, double? BytesPerPublish)
{
    public const int PerFrame = 64;
    private const int FramesInFlight = 8;
    private const int DeliveriesASecond = 200_000;
    private const int PublishesASecond = 20_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ListPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    /// <summary>What waits in a mailbox stays in memory, so that rounds on one server would not be alike.</summary>
    public static async Task<FanOutRound> MeasureAsync(BenchRun run, int subscribers, int round)
    {
        await using var ours = await run.StartOursAsync();
        var mailboxes = run.RegisterMailboxes(ours.Address, subscribers);
        var topic = $"fan_out_{MessageTemplate.Run}_{subscribers}_{round}";
        var load = new SocketLoad([$"topic:{topic}"], Sockets: 1, FramesInFlight, PerFrame);
        load.Register(run, ours.Address);
        Registrar.SubscribeAll(ours.Address, topic, mailboxes, run.Failures);
        var before = ours.DataBytes();

        // A fixed number, about what the target delivers in a round; half of it first, to warm up.
        var aSecond = Math.Min(DeliveriesASecond / subscribers, PublishesASecond);
        var publishes = (long)(aSecond * run.Options.Round.TotalSeconds);
        var warmUp = Publish(run, ours.Address, load, publishes / 2, mailboxes, out _);
        var measured = Publish(run, ours.Address, load, publishes, mailboxes, out var seconds);

        double? bytes = null;
        if (before is not null)
        {
            // A graceful stop leaves all of it in the database and none in the log.
            await ours.StopAsync(StopPatience);
            bytes = (double)(ours.DataBytes()!.Value - before.Value) / (warmUp.Accepted + measured.Accepted);
        }
        return new FanOutRound(measured.Figure, measured.Accepted * subscribers / seconds, bytes);
    }

    /// <summary>Publishes, and returns when every mailbox has all of it.</summary>
    private static SocketRound Publish(
        BenchRun run, Uri server, SocketLoad load, long publishes, IReadOnlyList<string> mailboxes, out double seconds)
    {
        using var counts = new MailboxCounts(server);
        var (total, each) = (counts.Total(), counts.ByMailbox());
        var began = Stopwatch.GetTimestamp();
        var published = load.Send(run, server, publishes);
        total += published.Accepted * mailboxes.Count;

        var listed = Stopwatch.GetTimestamp();
        for (int? missing = null; ; Thread.Sleep(Pause))
        {
            // The sum is cheap to ask for; the list, which is not, then tells whether each has its own.
            if (counts.Total() is not { } now || now >= total || Stopwatch.GetElapsedTime(listed) > ListPause)
            {
                missing = Missing(counts.ByMailbox(), each, mailboxes, published.Accepted);
                listed = Stopwatch.GetTimestamp();
            }
            seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (missing == 0)
                return published;
            if (seconds > Patience.TotalSeconds)
            {
                run.Failures.Add(
                    $"fan-out: after {seconds:F0} s {missing} of {mailboxes.Count} mailboxes did not hold exactly what was published.");
                return published;
            }
        }
    }

    private static int Missing(
        Dictionary<string, long> now, Dictionary<string, long> before, IReadOnlyList<string> mailboxes, long published) =>
        mailboxes.Count(mailbox => now.GetValueOrDefault(mailbox) - before.GetValueOrDefault(mailbox) != published);
}
