namespace Hms.EndToEnd.Tests.Crash;

/// <summary>Supervisors at work against a server that comes and goes: several senders and receivers, all noted in one history.</summary>
internal sealed class Workload : IAsyncDisposable
{
    private const int SendersPerSource = 2;
    private const int ReceiversPerMailbox = 2;
    private static readonly string[] Sources = ["planner", "watcher", "region:eu.sensor@1"];
    private static readonly string[] Mailboxes = ["runtime", "analysis", "ga"];

    private readonly IServer server;
    private readonly History history;
    private readonly Random random;
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> running = [];

    public Workload(IServer server, History history, int seed) =>
        (this.server, this.history, random) = (server, history, new Random(seed));

    public async Task StartAsync()
    {
        var client = new FabricClient(await server.AddressAsync());
        foreach (var supervisor in Sources.Concat(Mailboxes))
            await client.RegisterAsync(supervisor);

        foreach (var (source, i) in Sources.SelectMany(source => Enumerable.Range(0, SendersPerSource).Select(i => (source, i))))
            Run(new CrashSender(server, history, source, $"{source}-{i}", Mailboxes, NextRandom()).RunAsync);
        foreach (var mailbox in Mailboxes.SelectMany(mailbox => Enumerable.Repeat(mailbox, ReceiversPerMailbox)))
            Run(new CrashReceiver(server, history, mailbox, NextRandom()).RunAsync);
    }

    /// <summary>Ends the work and shows any fault in it; a server must run, for what is under way to find its end.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running);
    }

    /// <summary>Takes and acks everything that is left in any mailbox.</summary>
    public Task DrainAsync() => Task.WhenAll(Mailboxes.Select(mailbox => new CrashReceiver(server, history, mailbox, NextRandom()).DrainAsync()));

    /// <summary>Ends what still runs; a test that failed has already said what went wrong.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    // Each client has a random sequence of its own, so that a seed gives each the same decisions whatever the others do.
    private Random NextRandom() => new(random.Next());

    private void Run(Func<CancellationToken, Task> work) => running.Add(Task.Run(() => work(stop.Token)));
}
