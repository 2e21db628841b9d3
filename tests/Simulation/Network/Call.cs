using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.World;

namespace Hms.Simulation.Network;

/// <summary>
/// One call from one process to another. On both ways it takes its time or is lost; the caller learns of a loss, after a while, but not
/// on which way it happened.
/// </summary>
/// <typeparam name="T">What is answered.</typeparam>
internal sealed class Call<T>(
    SimWorld world, SimContext caller, string what, Func<SimNode, CancellationToken, ValueTask<T>> work, CancellationToken stopped) : ICall
{
    private static readonly TimeSpan LossNoticedWithin = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource<T> _answered = new();
    private SimNode? _node;

    public async Task<T> RunAsync(Func<SimNode?> locate)
    {
        var callerHasGone = new CancellationTokenSource();
        world.Scheduler.After(world.Network.Way(), world.Context, what, () => Arrive(locate(), callerHasGone.Token));
        using (stopped.Register(() => Stop(callerHasGone)))
        {
            return await _answered.Task;
        }
    }

    public void Lose() => world.Scheduler.After(
        world.Dice.Delay(LossNoticedWithin), caller, "no answer", () => _answered.TrySetException(NoAnswer()));

    private static FaultException NoAnswer() => new(ErrorCode.Unavailable, "no answer came");

    private void Arrive(SimNode? node, CancellationToken callerHasGone)
    {
        if (node is not { Context.IsAlive: true } || world.Dice.Chance(world.Faults.LosesRequest))
        {
            Lose();
            return;
        }

        _node = node;
        node.Add(this);
        world.Scheduler.Add(node.Context, what, () => _ = CarryOutAsync(node, callerHasGone));
    }

    private async Task CarryOutAsync(SimNode node, CancellationToken callerHasGone)
    {
        Action<TaskCompletionSource<T>> answer;
        try
        {
            var result = await work(node, callerHasGone);
            answer = caller => caller.TrySetResult(result);
        }
        catch (Exception e) when (Expected.Is(e))
        {
            answer = caller => caller.TrySetException(e is OperationCanceledException ? NoAnswer() : e);
        }
        catch (Exception e)
        {
            world.Fail($"{what} on {node.Name} ended with {e}");
            return;
        }

        node.Remove(this);
        if (world.Dice.Chance(world.Faults.LosesAnswer))
        {
            Lose();
            return;
        }

        world.Scheduler.After(world.Network.Way(), caller, "answer to " + what, () => answer(_answered));
    }

    /// <summary>The caller waits no longer, and whoever carries the call out hears of it by and by.</summary>
    private void Stop(CancellationTokenSource callerHasGone)
    {
        _answered.TrySetException(NoAnswer());
        if (_node is { } node)
        {
            world.Scheduler.After(world.Network.Way(), node.Context, "the caller has gone", callerHasGone.Cancel);
        }
    }
}
