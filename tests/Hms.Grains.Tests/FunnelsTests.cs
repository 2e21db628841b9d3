namespace Hms.Grains.Tests;

public sealed class FunnelsTests
{
    private readonly List<(string Destination, int[] Numbers, TaskCompletionSource Sent)> _calls = [];
    private readonly Funnels<int, string> _funnels;

    public FunnelsTests() => _funnels = new(CallAsync, static number => number);

    [Fact]
    public async Task What_comes_while_a_call_is_under_way_goes_together_in_the_next()
    {
        var first = SendAsync("worker", 1);
        var second = SendAsync("worker", 2, 3);
        var third = SendAsync("worker", 4);
        var other = SendAsync("other", 5);

        Assert.Equal([[1], [5]], _calls.Select(call => call.Numbers));
        _calls[0].Sent.SetResult();
        Assert.Equal(["1"], await first);
        Assert.Equal([2, 3, 4], _calls[2].Numbers);
        _calls[2].Sent.SetResult();
        _calls[1].Sent.SetResult();
        Assert.Equal(["2", "3"], await second);
        Assert.Equal(["4"], await third);
        Assert.Equal(["5"], await other);
        Assert.Equal(0, _funnels.Count);
    }

    [Fact]
    public async Task Call_that_fails_is_told_to_those_in_it_and_to_nobody_else()
    {
        var first = SendAsync("worker", 1);
        var second = SendAsync("worker", 2);
        var third = SendAsync("worker", 3);
        _calls[0].Sent.SetException(new IOException("the silo is gone"));

        await Assert.ThrowsAsync<IOException>(() => first);
        _calls[1].Sent.SetException(new IOException("so is this"));
        await Assert.ThrowsAsync<IOException>(() => second);
        await Assert.ThrowsAsync<IOException>(() => third);

        var next = SendAsync("worker", 4);
        _calls[2].Sent.SetResult();
        Assert.Equal(["4"], await next);
    }

    [Fact]
    public async Task Call_has_its_limits_and_what_one_caller_sends_is_not_divided()
    {
        var first = SendAsync("worker", 1);
        Task<IReadOnlyList<string>>[] behind =
            [SendAsync("worker", 3 << 20), SendAsync("worker", 2 << 20), SendAsync("worker", 8 << 20, 9), SendAsync("worker", 1)];

        for (var at = 0; at < _calls.Count; at++)
        {
            _calls[at].Sent.SetResult();
        }

        await first;
        await Task.WhenAll(behind);
        Assert.Equal([[1], [3 << 20], [2 << 20], [8 << 20, 9], [1]], _calls.Select(call => call.Numbers));
    }

    [Fact]
    public async Task Who_cancels_waits_no_longer_and_what_was_given_goes_out()
    {
        using var gone = new CancellationTokenSource();
        var first = SendAsync("worker", 1);
        var second = _funnels.SendAsync("worker", [2], gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        _calls[0].Sent.SetResult();
        await first;
        Assert.Equal([2], _calls[1].Numbers);
        _calls[1].Sent.SetResult();
    }

    private Task<IReadOnlyList<string>> SendAsync(string destination, params int[] numbers) =>
        _funnels.SendAsync(destination, numbers, CancellationToken.None).AsTask();

    private async ValueTask<IReadOnlyList<string>> CallAsync(string destination, IReadOnlyList<int> numbers)
    {
        var sent = new TaskCompletionSource();
        _calls.Add((destination, [.. numbers], sent));
        await sent.Task;
        return [.. numbers.Select(number => $"{number}")];
    }
}
