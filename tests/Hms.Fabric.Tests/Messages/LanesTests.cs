using Hms.Fabric.Messages;

namespace Hms.Fabric.Tests.Messages;

public sealed class LanesTests
{
    private readonly Lanes<string> _lanes = new();
    private readonly List<string> _begun = [];

    [Fact]
    public async Task One_begins_when_the_one_before_it_has_ended()
    {
        var first = new TaskCompletionSource<int>();
        var one = RunAsync("lock", "one", first.Task);
        var two = RunAsync("lock", "two", Task.FromResult(2));
        var other = RunAsync("task", "other", Task.FromResult(3));

        Assert.Equal(["one", "other"], _begun);
        Assert.Equal(3, await other);

        first.SetResult(1);
        Assert.Equal((1, 2), (await one, await two));
        Assert.Equal(["one", "other", "two"], _begun);
    }

    [Fact]
    public async Task What_failed_holds_up_nobody()
    {
        var first = new TaskCompletionSource<int>();
        var one = RunAsync("lock", "one", first.Task);
        var two = RunAsync("lock", "two", Task.FromResult(2));

        first.SetException(new InvalidOperationException("it failed"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => one);
        Assert.Equal(2, await two);
    }

    [Fact]
    public async Task Lanes_that_nobody_is_in_are_forgotten()
    {
        await RunAsync("lock", "one", Task.FromResult(1));
        await RunAsync("task", "two", Task.FromResult(2));

        Assert.Equal(0, _lanes.Count);
    }

    private async Task<int> RunAsync(string lane, string name, Task<int> work) => await _lanes.RunAsync(
        lane,
        async () =>
        {
            _begun.Add(name);
            return await work;
        });
}
