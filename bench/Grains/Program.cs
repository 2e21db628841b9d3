using System.Globalization;
using Hms.Bench.Grains;
using Hms.Bench.Reporting;

// The seconds of a round, and how many: as with the other benches.
var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
var report = new Report(Console.Out);
await GrainCallScenario.RunAsync(report, TimeSpan.FromSeconds(seconds), rounds);
report.WriteTable();
