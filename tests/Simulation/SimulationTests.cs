namespace Hms.Simulation;

public sealed class SimulationTests
{
    [Fact]
    public void Whatever_goes_wrong_every_promise_is_kept()
    {
        var failure = Seeds.FindFailure(Seeds.Count);
        Assert.True(failure is null, failure?.Report());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(15)]
    public void The_same_seed_is_the_same_run_step_by_step(long seed)
    {
        var first = Simulation.Run(seed);
        var second = Simulation.Run(seed, linesKept: RunResult.LinesKept);
        Assert.Equal((first.Hash, first.Steps), (second.Hash, second.Steps));
        Assert.NotEqual(first.Hash, Simulation.Run(seed + 1).Hash);
    }
}
