using System.Diagnostics;
using Hms.Bench.InProcess.Load;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Grains;
using Hms.Processes;
using Hms.Protocol.Coordination;
using Hms.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hms.Bench.Grains;

/// <summary>A call to a lock's grain that needs no commit, beside a call to a grain that does nothing; one silo, all in this process.</summary>
internal static class GrainCallScenario
{
    private const string Name = "grain-call";
    private const int Count = 16;
    private const double Target = 0.5;
    private const long LeaseMs = 3_600_000;

    public static async Task RunAsync(Report report, TimeSpan round, int rounds)
    {
        using var folder = new ScratchFolder();
        await using var store = SqliteStore.Open(new SqliteStoreOptions { Folder = folder.Path });
        using var host = Build(store);
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var locks = Enumerable.Range(0, Count).Select(i => grains.GetGrain<ILockGrain>($"bench_lock_{i}")).ToArray();
        var bare = Enumerable.Range(0, Count).Select(i => grains.GetGrain<IBareGrain>($"bench_bare_{i}")).ToArray();
        foreach (var one in locks)
        {
            await one.AcquireAsync(new LockBid("bench_stranger", LeaseMs), default, TimeSpan.Zero);
        }

        List<RoundFigure> limits = [], checks = [];
        for (var i = 0; i < rounds; i++)
        {
            var warmUp = TimeSpan.FromSeconds(i == 0 ? 3 : 0.5);
            limits.Add(await Callers.RunAsync(Count, warmUp, round, caller => TimedAsync(bare[caller].IsCurrentAsync(1, CancellationToken.None))));
            checks.Add(await Callers.RunAsync(Count, warmUp, round, caller => TimedAsync(locks[caller].CheckAsync(1))));
        }

        var ratio = RoundFigure.Median(checks.Zip(limits, (mine, limit) => mine.PerSecond / limit.PerSecond));
        report.Add(Row.Of(Name, $"limit: a grain that does nothing, {Count} callers", RoundFigure.Median(limits)));
        report.Add(Row.Of(
            Name, $"is this fencing token current, {Count} callers, a lock each", RoundFigure.Median(checks),
            Goal.AtLeast($"≥ {Target} × the bare grain", Target, ratio)));
        await host.StopAsync();
    }

    private static IHost Build(SqliteStore store)
    {
        var ports = FreePorts.Take(2);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(ports[0], ports[1])
            .UseInMemoryReminderService()
            .AddMemoryGrainStorage(TopicStreams.SubscriptionStore)
            .AddHmsGrains(store));
        return builder.Build();
    }

    private static async Task<Cycle> TimedAsync(ValueTask<bool> call)
    {
        var began = Stopwatch.GetTimestamp();
        if (!await call)
        {
            throw new InvalidOperationException("the token is current, and was said not to be");
        }

        return Cycle.Since(began);
    }
}
