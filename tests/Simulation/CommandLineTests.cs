namespace Hms.Simulation;

public sealed class CommandLineTests : IDisposable
{
    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void A_seed_that_fails_is_shown_with_its_trace_and_the_command_that_runs_it_again()
    {
        Assert.Equal(1, Run("--seeds", "200", "--break", "dedup"));
        var output = _output.ToString();
        Assert.Contains("FAILURE", output, StringComparison.Ordinal);
        var command = output[output.IndexOf("-- --seeds", StringComparison.Ordinal)..].Trim().Split(' ');

        _output.GetStringBuilder().Clear();
        Assert.Equal(1, Run(command[1..]));
        Assert.Equal(output, _output.ToString());
    }

    [Fact]
    public void Seeds_that_pass_are_counted()
    {
        Assert.Equal(0, Run("--seeds", "2", "--seed", "7"));
        Assert.StartsWith("2 seeds from 7", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seeds")]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "many")]
    [InlineData("--seeds", "1", "--break", "nothing-of-that-name")]
    [InlineData("--seeds", "1", "--unknown", "1")]
    public void What_is_not_understood_is_told(params string[] args)
    {
        Assert.Equal(2, Run(args));
        Assert.Contains("version-check|dedup", _output.ToString(), StringComparison.Ordinal);
    }

    private int Run(params string[] args) => CommandLine.Run(args, _output);
}
