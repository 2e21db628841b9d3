using System.Net.Sockets;
using System.Text.Json;
using Hms.Bench;
using Hms.Bench.Limits;
using Hms.Bench.Reporting;
using Hms.Bench.Scenarios;

if (args is [BareEndpoint.Argument])
    return await BareEndpoint.ServeAsync();
if (args is [BareSocket.Argument])
    return await BareSocket.ServeAsync();

var scenarios = new Dictionary<string, Func<BenchRun, Task>>
{
    ["send1"] = SendOneScenario.RunAsync,
    ["send"] = SendScenario.DurableAsync,
    ["receive"] = ReceiveScenario.RunAsync,
    ["end-to-end"] = EndToEndScenario.RunAsync,
    ["request"] = RequestScenario.RunAsync,
    ["idle"] = IdleScenario.RunAsync,
    ["memory"] = SendScenario.InMemoryAsync,
    ["socket"] = SocketScenario.RunAsync,
    ["frames"] = BatchScenario.FramesAsync,
    ["ndjson"] = BatchScenario.NdjsonAsync,
    ["socket-receive"] = SocketReceiveScenario.RunAsync,
    ["socket-request"] = SocketRequestScenario.RunAsync,
    ["fan-out"] = FanOutScenario.RunAsync,
    ["lock-socket"] = LockSocketScenario.RunAsync,
    ["heartbeats"] = HeartbeatScenario.RunAsync,
    ["deep"] = DeepScenario.RunAsync,
    ["silo"] = SiloScenario.RunAsync,
    ["cluster"] = ClusterScenario.RunAsync,
};

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
    if (options.Scenarios.FirstOrDefault(name => name != "all" && !scenarios.ContainsKey(name)) is { } unknown)
        throw new ArgumentException($"There is no scenario {unknown}.");
}
catch (ArgumentException e)
{
    Console.Error.WriteLine($"{e.Message}\n{BenchOptions.Usage}");
    return 2;
}

// An orderly end runs the exit handlers, which stop the children and delete their data.
Console.CancelKeyPress += (_, _) => Environment.Exit(130);

var all = options.Scenarios.Count == 0 || options.Scenarios.Contains("all");
var chosen = scenarios.Keys.Where(name => options.Scenarios.Contains(name) || (all && name is not ("silo" or "cluster") && (name != "deep" || options.Deep)));
var report = new Report(Console.Out);
var run = new BenchRun(options, report);
foreach (var name in chosen)
{
    report.Say(name);
    try
    {
        await scenarios[name](run);
    }
    catch (Exception e) when (
        e is IOException or InvalidOperationException or SocketException or TimeoutException or JsonException or KeyNotFoundException)
    {
        // The other scenarios have servers of their own and go on; the exit code tells.
        run.Failures.Add($"{name} ended: {e.Message}");
    }
}

report.WriteTable();
if (options.Json is { } file)
    report.WriteJson(file);
if (run.Failures.Count == 0)
    return 0;
Console.Error.WriteLine($"\n{run.Failures.Count} answers were not as they should be, so no figure above is to be trusted. The first ones:");
foreach (var failure in run.Failures.Samples)
    Console.Error.WriteLine($"  {failure}");
return 1;
