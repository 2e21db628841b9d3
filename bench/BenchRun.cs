using Hms.Bench.Limits;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Processes;

namespace Hms.Bench;

/// <summary>What every scenario is given: the options, the report, and the servers to measure.</summary>
internal sealed class BenchRun(BenchOptions options, Report report)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    public BenchOptions Options => options;

    public Report Report => report;

    public Failures Failures { get; } = new();

    /// <summary>The first round of a new process lets the JIT finish its work; later ones only fill the caches again.</summary>
    public static TimeSpan WarmUp(int round) => TimeSpan.FromSeconds(round == 0 ? 3 : 0.5);

    /// <summary>Our server: a new one with no data, so that no scenario is burdened with another's messages.</summary>
    public Task<Target> StartOursAsync() => options.Url is { } url
        ? Task.FromResult(Target.Running(url))
        : Target.StartAsync(options.Server, options.Data, StartPatience);

    /// <summary>A silo, with no data; with ports of its own.</summary>
    public Task<Target> StartSiloAsync(params string[] arguments)
    {
        var ports = FreePorts.Take(2);
        return Target.StartAsync(
            Repository.SiloAssembly(), options.Data, StartPatience,
            ["--Silo:Port", $"{ports[0]}", "--Silo:GatewayPort", $"{ports[1]}", .. arguments]);
    }

    /// <summary>The bare endpoint: this program once more, as a child, so that both share the cores with the client alike.</summary>
    public static Task<Target> StartBareAsync() =>
        Target.StartBareAsync(typeof(BenchRun).Assembly.Location, BareEndpoint.Argument, StartPatience);

    /// <summary>The bare WebSocket echo, likewise.</summary>
    public static Task<Target> StartBareSocketAsync() =>
        Target.StartBareAsync(typeof(BenchRun).Assembly.Location, BareSocket.Argument, StartPatience);

    /// <summary>One round of sending over <paramref name="connections"/> connections, spread over the mailboxes.</summary>
    public RoundFigure Send(Uri server, IReadOnlyList<string> mailboxes, int connections, int round, string headers = "")
    {
        var recorder = new Recorder(Failures);
        var senders = Enumerable.Range(0, connections)
            .Select(i => new Sender(NewMessage(server, $"bench_sender_{i}", mailboxes[i % mailboxes.Count], headers), recorder));
        using var driver = new Driver(server, senders, recorder);
        driver.Run(WarmUp(round), options.Round);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }

    /// <summary>One consumer on each mailbox, until all are empty or each has had its share.</summary>
    public RoundFigure Drain(Uri server, IReadOnlyList<string> mailboxes, TimeSpan patience, long share = long.MaxValue)
    {
        var recorder = new Recorder(Failures);
        using var driver = new Driver(server, mailboxes.Select(mailbox => new Consumer(server, mailbox, recorder, share)), recorder);
        driver.Run(TimeSpan.Zero, patience);
        return new RoundFigure(recorder.PerSecond, recorder.Latency);
    }

    public MessageRequest NewMessage(Uri server, string source, string destination, string headers = "", bool isReply = false) =>
        new(server, source, destination, options.Size, headers, isReply);

    /// <summary>Registers the supervisors <c>bench_0</c> … and returns their ids; another name for mailboxes that must be empty.</summary>
    public IReadOnlyList<string> RegisterMailboxes(Uri server, int count, string name = "bench")
    {
        var mailboxes = Enumerable.Range(0, count).Select(i => $"{name}_{i}").ToArray();
        Registrar.RegisterAll(server, mailboxes, Failures);
        return mailboxes;
    }
}
