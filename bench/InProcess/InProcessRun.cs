using Hms.Bench.Reporting;

namespace Hms.Bench.InProcess;

/// <summary>What every scenario is given.</summary>
internal sealed class InProcessRun(InProcessOptions options, Report report)
{
    public InProcessOptions Options => options;

    public Report Report => report;

    /// <summary>The first round of a new process lets the JIT finish its work; later ones only fill the caches again.</summary>
    public static TimeSpan WarmUp(int round) => TimeSpan.FromSeconds(round == 0 ? 3 : 0.5);

    /// <summary>A fabric with no data, so that no scenario is burdened with another's.</summary>
    public Task<LocalFabric> StartAsync() => LocalFabric.StartAsync(options.Data);
}
