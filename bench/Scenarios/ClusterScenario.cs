using Hms.Bench.Limits;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Processes;

namespace Hms.Bench.Scenarios;

/// <summary>Three silos on one PostgreSQL beside the most rows that one connection brings into it, many to a statement.</summary>
internal static class ClusterScenario
{
    private const string Name = "cluster";
    private const int Silos = 3;
    private const int RowsPerInsert = 128;
    private const int LinesPerBody = 1000;
    private const double Target = 0.5;
    private static readonly TimeSpan InsertRound = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(BenchRun run)
    {
        if (run.Options.Connection is not { } connection)
        {
            throw new InvalidOperationException("cluster wants --connection, a PostgreSQL that may be filled");
        }

        var schema = $"bench_{Environment.ProcessId}";
        using var inserts = new PostgresLimit(connection, schema + "_rows", run.Options.Size);
        var silos = await Task.WhenAll(Enumerable.Range(0, Silos).Select(_ => run.StartSiloAsync(
            "--clustering", "postgres", "--connection", connection, "--Storage:Schema", schema)));
        try
        {
            var mailboxes = run.RegisterMailboxes(silos[0].Address, run.Options.Mailboxes);
            List<RoundFigure> limit = [], bodies = [], sends = [];
            for (var round = 0; round < run.Options.Rounds; round++)
            {
                limit.Add(inserts.Measure(RowsPerInsert, InsertRound));
                bodies.Add(Together(silos, silo => Bodies(run, silo.Address, mailboxes, round)));
                sends.Add(Together(silos, silo => run.Send(silo.Address, mailboxes, run.Options.Connections / Silos, round)));
            }

            var ratio = RoundFigure.Median(bodies.Zip(limit, (mine, rows) => mine.PerSecond / rows.PerSecond));
            run.Report.Add(Row.Of(Name, $"limit: PostgreSQL, {RowsPerInsert} rows an insert and commit", RoundFigure.Median(limit)));
            run.Report.Add(Row.Of(
                Name, $"{Silos} silos, NDJSON bodies of {LinesPerBody:N0} lines, one connection each (latency: a body)", RoundFigure.Median(bodies),
                Goal.AtLeast($"≥ {Target} × PostgreSQL", Target, ratio)));
            run.Report.Add(Row.Of(Name, $"{Silos} silos, {run.Options.Connections / Silos} connections each, one message a request", RoundFigure.Median(sends)));
        }
        finally
        {
            foreach (var silo in silos)
            {
                await silo.DisposeAsync();
            }

            inserts.Drop(schema);
            inserts.Drop($"{schema}_orleans");
        }
    }

    // Each client has a thread, as it has with one server.
    private static RoundFigure Together(Target[] silos, Func<Target, RoundFigure> measure)
    {
        var figures = new RoundFigure[silos.Length];
        var threads = silos.Select((silo, i) => new Thread(() => figures[i] = measure(silo))).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return figures[0] with { PerSecond = figures.Sum(figure => figure.PerSecond) };
    }

    private static RoundFigure Bodies(BenchRun run, Uri server, IReadOnlyList<string> mailboxes, int round)
    {
        var recorder = new Recorder(run.Failures);
        var sender = new NdjsonSender(server, [.. Enumerable.Range(0, LinesPerBody)
            .Select(line => new MessageTemplate($"bench_sender_{server.Port}", mailboxes[line % mailboxes.Count], run.Options.Size))], recorder);
        using var driver = new Driver(server, [sender], recorder);
        driver.Run(BenchRun.WarmUp(round), run.Options.Round);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }
}
