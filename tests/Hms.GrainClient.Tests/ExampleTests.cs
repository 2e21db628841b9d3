using Hms.GrainClient.Example;

namespace Hms.GrainClient.Tests;

public sealed class ExampleTests : IAsyncDisposable
{
    private readonly SocketSilo _silo = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Fact]
    public async Task Example_does_what_it_says()
    {
        await _silo.StartAsync();

        Assert.Equal(0, await Program.RunAsync(["--gateway", _silo.Gateway.ToString()], _output, _errors));

        Assert.Equal("", _errors.ToString());
        var said = _output.ToString();
        Assert.Contains("example_planner is registered, session ", said, StringComparison.Ordinal);
        Assert.Contains("example_worker has received example_", said, StringComparison.Ordinal);
        Assert.Contains("example_worker has acknowledged 1", said, StringComparison.Ordinal);
        Assert.Contains("example_worker holds example_database with fencing token 1", said, StringComparison.Ordinal);
        Assert.Contains("its token is no longer the current one", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--gateway")]
    [InlineData("--gateway", "localhost")]
    [InlineData("--connection")]
    [InlineData("--nonsense", "1")]
    public async Task Arguments_that_mean_nothing_are_refused_with_those_that_do(params string[] args)
    {
        Assert.Equal(2, await Program.RunAsync(args, _output, _errors));

        Assert.Contains("--gateway HOST:PORT", _errors.ToString(), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _output.Dispose();
        _errors.Dispose();
        return _silo.DisposeAsync();
    }
}
