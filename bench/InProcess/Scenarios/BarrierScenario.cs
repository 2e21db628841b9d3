using System.Diagnostics;
using Hms.Abstractions;
using Hms.Bench.InProcess.Load;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Protocol.Coordination;

namespace Hms.Bench.InProcess.Scenarios;

/// <summary>A hundred meet: from the call of the last arrival until the last of them knows that it may go on.</summary>
internal static class BarrierScenario
{
    private const string Name = "barrier";
    private const int Participants = 100;
    private const int BarriersPerRound = 50;
    private const int WarmUps = 20;
    private const double MillisecondsAllowed = 20;
    private const long TimeoutMs = 60_000;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(InProcessRun run)
    {
        await using var local = await run.StartAsync();
        var meeting = new Meeting(local.Fabric.Barriers, await local.RegisterAsync("bench_participant", Participants));
        await using var receivers = new Receivers(local.Fabric, meeting.Participants, max: 10, meeting.TakeAsync);

        for (var i = 0; i < WarmUps; i++)
            await meeting.HoldAsync(byWaiting: i % 2 == 0);
        List<RoundFigure> continued = [], waited = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            continued.Add(await MeasureAsync(meeting, byWaiting: false));
            waited.Add(await MeasureAsync(meeting, byWaiting: true));
        }
        Add(run, "the last barrier_continue is received", continued);
        Add(run, "the last GET that waits returns", waited);
    }

    private static void Add(InProcessRun run, string until, List<RoundFigure> rounds)
    {
        var figure = RoundFigure.Median(rounds);
        run.Report.Add(Row.Of(Name, $"{Participants} participants: last arrival → {until}", figure,
            Goal.Below($"p50 < {MillisecondsAllowed} ms", MillisecondsAllowed, figure.P50 / 1000, "ms")));
    }

    private static async Task<RoundFigure> MeasureAsync(Meeting meeting, bool byWaiting)
    {
        var latency = new Histogram();
        for (var i = 0; i < BarriersPerRound; i++)
        {
            var cycle = await meeting.HoldAsync(byWaiting);
            latency.Record(Stopwatch.GetElapsedTime(cycle.Began, cycle.Ended).Ticks * TimeSpan.NanosecondsPerTick);
        }
        return new RoundFigure(double.NaN, latency);
    }

    /// <summary>Those who meet, at one barrier after the other.</summary>
    private sealed class Meeting(IBarriers barriers, string[] participants)
    {
        private volatile Awaited[] awaited = [];
        private int held;

        public IReadOnlyList<string> Participants => participants;

        /// <summary>One barrier, from the last arrival to the last continuation, or to the last return of those who wait for its end.</summary>
        public async Task<Cycle> HoldAsync(bool byWaiting)
        {
            var id = $"bench_barrier_{++held}";
            var called = new Awaited("barrier_request", id, participants.Length);
            var continued = new Awaited("barrier_continue", id, participants.Length);
            awaited = [called, continued];
            await barriers.CreateAsync(new BarrierCall(id, "bench_initiator", participants, TimeoutMs));
            await called.Last;
            var waits = byWaiting ? participants.Select(_ => EndAsync(id)).ToArray() : [];
            await Task.WhenAll(participants.SkipLast(1).Select(participant => barriers.ArriveAsync(id, participant, ready: true).AsTask()));

            var began = Stopwatch.GetTimestamp();
            var arrival = barriers.ArriveAsync(id, participants[^1], ready: true);
            var ended = byWaiting ? (await Task.WhenAll(waits)).Max() : await continued.Last;
            await arrival;
            await continued.Last;
            return new Cycle(began, ended);
        }

        public ValueTask TakeAsync(int participant, IReadOnlyList<Delivery> came)
        {
            foreach (var expected in awaited)
            {
                foreach (var delivery in came)
                    expected.Look(delivery.Message.Span);
            }
            return ValueTask.CompletedTask;
        }

        private async Task<long> EndAsync(string id)
        {
            var record = await barriers.GetAsync(id, Wait);
            var now = Stopwatch.GetTimestamp();
            return record.Phase == BarrierPhase.Released ? now : throw new InvalidOperationException($"{id} is {record.Phase}.");
        }
    }
}
