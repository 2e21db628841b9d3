using Hms.Abstractions;
using Hms.Bench.InProcess;
using Hms.Bench.InProcess.Scenarios;
using Hms.Bench.Load;
using Hms.Bench.Reporting;
using Hms.Fabric.Storage;

var scenarios = new Dictionary<string, Func<InProcessRun, Task>>
{
    ["lock"] = LockScenario.RunAsync,
    ["lock-contended"] = ContendedLockScenario.RunAsync,
    ["barrier"] = BarrierScenario.RunAsync,
    ["tasks"] = TaskScenario.RunAsync,
    ["heartbeats"] = HeartbeatScenario.RunAsync,
};

InProcessOptions options;
try
{
    options = InProcessOptions.Parse(args);
    if (options.Scenarios.FirstOrDefault(name => name != "all" && !scenarios.ContainsKey(name)) is { } unknown)
        throw new ArgumentException($"There is no scenario {unknown}.");
}
catch (ArgumentException e)
{
    Console.Error.WriteLine($"{e.Message}\n{InProcessOptions.Usage}");
    return 2;
}

// An orderly end runs the exit handlers, which delete the data.
Console.CancelKeyPress += (_, _) => Environment.Exit(130);

var all = options.Scenarios.Count == 0 || options.Scenarios.Contains("all");
var report = new Report(Console.Out);
var failures = new Failures();
foreach (var name in scenarios.Keys.Where(name => all || options.Scenarios.Contains(name)))
{
    report.Say(name);
    try
    {
        await scenarios[name](new InProcessRun(options, report));
    }
    catch (Exception e) when (e is FaultException or StoreException or IOException or InvalidOperationException or TimeoutException)
    {
        // The other scenarios have fabrics of their own and go on; the exit code tells.
        failures.Add($"{name} ended: {e.Message}");
    }
}

report.WriteTable();
if (options.Json is { } file)
    report.WriteJson(file);
if (failures.Count == 0)
    return 0;
Console.Error.WriteLine();
foreach (var failure in failures.Samples)
    Console.Error.WriteLine(failure);
return 1;
