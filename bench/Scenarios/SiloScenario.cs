using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Processes;

namespace Hms.Bench.Scenarios;

/// <summary>One silo with SQLite beside the standalone host, both under the same durable sends.</summary>
internal static class SiloScenario
{
    private const string Name = "silo";
    private const double Target = 0.7;

    public static async Task RunAsync(BenchRun run)
    {
        await using var standalone = await run.StartOursAsync();
        await using var silo = await run.StartSiloAsync();
        var connections = run.Options.Connections;
        var mailboxes = run.RegisterMailboxes(standalone.Address, run.Options.Mailboxes);
        run.RegisterMailboxes(silo.Address, run.Options.Mailboxes);

        List<RoundFigure> alone = [], sends = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            alone.Add(run.Send(standalone.Address, mailboxes, connections, round));
            sends.Add(run.Send(silo.Address, mailboxes, connections, round));
        }

        var ratio = RoundFigure.Median(sends.Zip(alone, (mine, limit) => mine.PerSecond / limit.PerSecond));
        run.Report.Add(Row.Of(Name, $"standalone, {connections} connections to {mailboxes.Count} mailboxes", RoundFigure.Median(alone)));
        run.Report.Add(Row.Of(Name, "one silo, the same", RoundFigure.Median(sends), Goal.AtLeast($"≥ {Target} × standalone", Target, ratio)));
    }
}
