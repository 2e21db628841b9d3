using Hms.Abstractions;
using Hms.Protocol.Coordination;

namespace Hms.Bench.InProcess.Load;

/// <summary>
/// Chains side by side, of units one after the other: a head, ten that depend on it, and one that depends on the ten, on which the
/// next head depends.
/// </summary>
/// <param name="units">Units in each chain.</param>
internal sealed class TaskGraph(int units)
{
    public const int Chains = 16;
    public const string Assigner = "bench_assigner";
    private const int Fan = 10;
    private static readonly byte[] Parameters = "{}"u8.ToArray();

    /// <summary>Tasks in one unit of all chains.</summary>
    public static int Step => Chains * (Fan + 2);

    public int Count => units * Step;

    /// <summary>The task that comes last in one of the chains.</summary>
    public string Last => Join(0, units - 1);

    /// <summary>Orders all of them; those that a task depends on come before it, the chains at the same time.</summary>
    public Task CreateAsync(ITasks tasks, IReadOnlyList<string> workers) =>
        Task.WhenAll(Enumerable.Range(0, Chains).Select(chain => Task.Run(() => CreateAsync(tasks, workers, chain))));

    private async Task CreateAsync(ITasks tasks, IReadOnlyList<string> workers, int chain)
    {
        var fan = new string[Fan];
        for (var unit = 0; unit < units; unit++)
        {
            var head = $"bench_{chain}_{unit}_head";
            await OrderAsync(head, chain, unit == 0 ? [] : [Join(chain, unit - 1)]);
            await Task.WhenAll(Enumerable.Range(0, Fan).Select(i => OrderAsync(fan[i] = $"bench_{chain}_{unit}_{i}", chain + i, [head])));
            await OrderAsync(Join(chain, unit), chain + 1, [.. fan]);
        }

        async Task OrderAsync(string id, int worker, IReadOnlyList<string> dependencies)
        {
            var creation = await tasks.CreateAsync(new TaskOrder
            {
                Assigner = Assigner,
                Assignee = workers[worker % workers.Count],
                TaskId = id,
                TaskType = "bench",
                Parameters = Parameters,
                Dependencies = dependencies,
            });
            if (!creation.Created)
                throw new InvalidOperationException($"{id} was there already.");
        }
    }

    private static string Join(int chain, int unit) => $"bench_{chain}_{unit}_join";
}
