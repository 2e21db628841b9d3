using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.World;

namespace Hms.Simulation.Clients;

/// <summary>One client's process: it asks any node that is there, over the network, and never dies.</summary>
internal sealed class SimClient(SimWorld world, string name)
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(5);

    public string Name => name;

    public SimContext Context { get; } = new(world, name);

    /// <summary>Begins something that this client does; that it ends badly is a failure of the run.</summary>
    public Task BeginAsync(Func<Task> script)
    {
        var ended = new TaskCompletionSource();
        world.Scheduler.Add(Context, "begins", () => _ = RunAsync());
        return ended.Task;

        async Task RunAsync()
        {
            try
            {
                await script();
            }
            catch (Exception e)
            {
                world.Fail($"{name} gave up: {e}");
            }

            ended.SetResult();
        }
    }

    /// <summary>Asks once.</summary>
    public async Task<Answer<T>> AskAsync<T>(string what, Func<IFabric, CancellationToken, ValueTask<T>> ask)
    {
        Answer<T> answer;
        var patience = new CancellationTokenSource();
        if (world.Dice.Chance(world.Faults.ClientGivesUp))
        {
            world.Scheduler.After(world.Dice.Delay(PatienceMax), Context, "gives up", patience.Cancel);
        }

        try
        {
            answer = new(true, await world.Network.CallAsync(
                Context, AnyNode, $"{name} {what}", (node, stopped) => ask(node.Fabric!, stopped), patience.Token), null);
        }
        catch (FaultException e)
        {
            answer = new(false, default!, e.Fault.Code is ErrorCode.Unavailable or ErrorCode.Internal ? null : e.Fault);
        }

        world.Scheduler.Note(name, $"{what}: {answer}");
        return answer;
    }

    /// <summary>Asks until it is known whether it was done. An earlier try may be done yet.</summary>
    public async Task<Answer<T>> AskUntilKnownAsync<T>(string what, Func<IFabric, CancellationToken, ValueTask<T>> ask)
    {
        for (var tries = 1; ; tries++)
        {
            var answer = await AskAsync(what, ask);
            if (!answer.IsUnknown)
            {
                return answer with { Tries = tries };
            }

            await PauseAsync(TimeSpan.FromSeconds(3));
        }
    }

    /// <summary>Waits for a while, at most so long.</summary>
    public Task PauseAsync(TimeSpan longest) => world.Scheduler.DelayAsync(world.Dice.Delay(longest), Context);

    private SimNode? AnyNode()
    {
        var ready = world.Machines.Where(machine => machine.Node is { Fabric: not null }).ToArray();
        return ready.Length == 0 ? null : world.Dice.Pick(ready).Node;
    }
}
