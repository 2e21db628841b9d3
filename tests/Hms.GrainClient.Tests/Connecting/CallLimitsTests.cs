using System.Reflection;
using Hms.Abstractions;
using Hms.GrainClient.Connecting;
using Hms.Tests;
using Orleans.Serialization.Invocation;

namespace Hms.GrainClient.Tests.Connecting;

public sealed class CallLimitsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly CallLimits _limits;

    public CallLimitsTests() => _limits = new CallLimits(_time);

    [Fact]
    public async Task Answers_and_exceptions_pass()
    {
        var (answered, failed) = (Call.To(nameof(ILocks.CheckAsync)), Call.To(nameof(ILocks.CheckAsync)));
        var (answer, failure) = (_limits.Invoke(answered.Context), _limits.Invoke(failed.Context));

        answered.Ended.SetResult();
        failed.Ended.SetException(new OperationCanceledException("by its caller"));

        await answer.WaitAsync(Patience);
        Assert.Equal("by its caller", (await Assert.ThrowsAsync<OperationCanceledException>(() => failure)).Message);
    }

    [Fact]
    public async Task Call_is_given_up_after_30_s_and_one_that_waits_15_s_after_its_wait()
    {
        var check = _limits.Invoke(Call.To(nameof(ILocks.CheckAsync)).Context);
        var acquire = _limits.Invoke(Call.To(nameof(ILocks.AcquireAsync), "name", "bid", TimeSpan.FromSeconds(60)).Context);

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(check.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => check.WaitAsync(Patience));
        _time.Advance(TimeSpan.FromSeconds(44));
        Assert.False(acquire.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => acquire.WaitAsync(Patience));
    }

    [Fact]
    public async Task When_the_last_silo_is_lost_all_calls_under_way_end_at_once()
    {
        var check = _limits.Invoke(Call.To(nameof(ILocks.CheckAsync)).Context);
        var acquire = _limits.Invoke(Call.To(nameof(ILocks.AcquireAsync), "name", "bid", TimeSpan.FromSeconds(60)).Context);

        _limits.NotifyClusterConnectionLost();
        var later = _limits.Invoke(Call.To(nameof(ILocks.CheckAsync)).Context);

        await Assert.ThrowsAsync<SiloUnavailableException>(() => check.WaitAsync(Patience));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => acquire.WaitAsync(Patience));
        Assert.False(later.IsCompleted);
    }

    [Fact]
    public async Task When_one_of_several_is_lost_short_calls_under_way_end_10_s_later()
    {
        var check = _limits.Invoke(Call.To(nameof(ILocks.CheckAsync)).Context);
        var acquire = _limits.Invoke(Call.To(nameof(ILocks.AcquireAsync), "name", "bid", TimeSpan.FromSeconds(60)).Context);

        _limits.NotifyGatewayCountChanged(3, 2, connectionRecovered: false);
        _limits.NotifyGatewayCountChanged(2, 3, connectionRecovered: false);
        var later = _limits.Invoke(Call.To(nameof(ILocks.CheckAsync)).Context);

        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(check.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => check.WaitAsync(Patience));
        Assert.False(acquire.IsCompleted);
        Assert.False(later.IsCompleted);
    }

    [Fact]
    public void Calls_of_Orleans_itself_are_left_alone()
    {
        var call = _limits.Invoke(Call.To(nameof(ILocks.CheckAsync), of: typeof(IGrainObserver)).Context);

        _limits.NotifyClusterConnectionLost();
        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.False(call.IsCompleted);
    }

    public void Dispose() => _limits.Dispose();

    /// <summary>A call that ends when the test says so.</summary>
    private sealed class Call
    {
        public TaskCompletionSource Ended { get; } = new();

        public required IOutgoingGrainCallContext Context { get; set; }

        public static Call To(string method, params object[] arguments) => To(method, typeof(ILocks), arguments);

        public static Call To(string method, Type of, params object[] arguments)
        {
            var call = new Call { Context = null! };
            var request = Fake<IInvokable>.Of((member, index) => member switch
            {
                nameof(IInvokable.GetInterfaceType) => of,
                nameof(IInvokable.GetMethodName) => method,
                _ => arguments[(int)index!],
            });
            call.Context = Fake<IOutgoingGrainCallContext>.Of((member, _) => member == "get_Request" ? request : call.Ended.Task);
            return call;
        }
    }

    /// <summary>Answers every member of an interface by one function, of its name and its first argument.</summary>
    public class Fake<T> : DispatchProxy
        where T : class
    {
        private Func<string, object?, object?> _answer = null!;

        public static T Of(Func<string, object?, object?> answer)
        {
            var fake = Create<T, Fake<T>>();
            ((Fake<T>)(object)fake)._answer = answer;
            return fake;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            _answer(targetMethod!.Name, args is { Length: > 0 } ? args[0] : null);
    }
}
