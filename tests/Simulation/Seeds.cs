using System.Globalization;

namespace Hms.Simulation;

/// <summary>How many seeds the tests run: always the same ones, more where <c>HMS_SIM_SEEDS</c> says so.</summary>
internal static class Seeds
{
    public const long First = 1;

    public static long Count { get; } =
        long.TryParse(Environment.GetEnvironmentVariable("HMS_SIM_SEEDS"), CultureInfo.InvariantCulture, out var count) ? count : 2_000;

    /// <summary>The first of so many seeds that fails, run once more so that its trace can be read; null where none does.</summary>
    public static RunResult? FindFailure(long count, string? broken = null)
    {
        for (var seed = First; seed < First + count; seed++)
        {
            if (Simulation.Run(seed, broken).Failure is not null)
            {
                return Simulation.Run(seed, broken, RunResult.LinesKept);
            }
        }

        return null;
    }
}
