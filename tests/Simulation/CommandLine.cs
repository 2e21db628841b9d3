using System.Diagnostics;
using System.Globalization;
using Hms.Simulation.Breaks;

namespace Hms.Simulation;

/// <summary>The simulation as a program: runs seeds one after the other, and stops at the first that fails.</summary>
internal static class CommandLine
{
    public const string Seeds = "--seeds";
    private const string First = "--seed";
    private const string Broken = "--break";
    private const string Lines = "--lines";

    /// <summary>Returns the exit code: 0 where all went well, 1 where a seed failed, 2 where the command line is not understood.</summary>
    public static int Run(IReadOnlyList<string> args, TextWriter output)
    {
        if (!TryRead(args, out var seeds, out var first, out var broken, out var lines))
        {
            output.WriteLine($"{Seeds} N [{First} S] [{Broken} {string.Join('|', Breakages.Names)}] [{Lines} N]");
            return 2;
        }

        var watch = Stopwatch.StartNew();
        var steps = 0L;
        for (var seed = first; seed < first + seeds; seed++)
        {
            var result = Simulation.Run(seed, broken);
            steps += result.Steps;
            if (result.Failure is not null)
            {
                output.WriteLine(Simulation.Run(seed, broken, lines).Report());
                return 1;
            }

            if (seeds == 1)
            {
                output.WriteLine($"seed {seed}: {result.Steps} steps, trace {result.Hash}");
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{seeds} seeds from {first}, {steps} steps, {watch.Elapsed.TotalSeconds:F1} s: nothing failed"));
        return 0;
    }

    private static bool TryRead(IReadOnlyList<string> args, out long seeds, out long first, out string? broken, out int lines)
    {
        (seeds, first, broken, lines) = (0, 1, null, RunResult.LinesKept);
        var understood = args.Count % 2 == 0;
        for (var i = 0; understood && i < args.Count; i += 2)
        {
            switch (args[i])
            {
                case Seeds:
                    understood = long.TryParse(args[i + 1], CultureInfo.InvariantCulture, out seeds) && seeds > 0;
                    break;
                case First:
                    understood = long.TryParse(args[i + 1], CultureInfo.InvariantCulture, out first);
                    break;
                case Broken:
                    broken = args[i + 1];
                    understood = Breakages.IsKnown(broken);
                    break;
                case Lines:
                    understood = int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out lines);
                    break;
                default:
                    understood = false;
                    break;
            }
        }

        return understood && seeds > 0;
    }
}
