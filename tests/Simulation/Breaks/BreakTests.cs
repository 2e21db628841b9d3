namespace Hms.Simulation.Breaks;

/// <summary>A simulation that finds nothing proves nothing unless it finds what is there.</summary>
public sealed class BreakTests
{
    private const int SeedsMax = 200;

    public static TheoryData<string> Names => [.. Breakages.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_broken_is_noticed(string name)
    {
        var failure = Seeds.FindFailure(SeedsMax, name);
        Assert.True(failure is not null, $"{name} was broken, and in {SeedsMax} runs nobody noticed");
        Assert.Contains($"--break {name}", failure.Replay, StringComparison.Ordinal);

        // It is the breakage that was noticed: the same seed with nothing broken is sound.
        Assert.Null(Simulation.Run(failure.Seed).Failure);
    }
}
