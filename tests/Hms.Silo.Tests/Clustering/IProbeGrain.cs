using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Hms.Silo.Tests.Clustering;

/// <summary>A grain that uses all that the tables are for.</summary>
public interface IProbeGrain : IGrainWithStringKey
{
    /// <summary>The silo that it lives on.</summary>
    Task<SiloAddress> WhereAsync();

    /// <summary>Counts in its state, and says how far.</summary>
    Task<int> CountAsync();

    /// <summary>Leaves the silo; the next call brings it back, perhaps elsewhere.</summary>
    Task LeaveAsync();

    /// <summary>Sets a reminder that is due in a second.</summary>
    Task RemindAsync();

    /// <summary>Ends when it was reminded.</summary>
    [AlwaysInterleave]
    Task RemindedAsync();
}

internal sealed class ProbeGrain([PersistentState("count", "Default")] IPersistentState<ProbeState> state) : Grain, IProbeGrain, IRemindable
{
    private readonly TaskCompletionSource _reminded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<SiloAddress> WhereAsync() => Task.FromResult(((IGrainBase)this).GrainContext.Address.SiloAddress!);

    public async Task<int> CountAsync()
    {
        state.State.Count++;
        await state.WriteStateAsync();
        return state.State.Count;
    }

    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task RemindAsync() => this.RegisterOrUpdateReminder("probe", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    public Task RemindedAsync() => _reminded.Task;

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _reminded.TrySetResult();
        return Task.CompletedTask;
    }
}

[GenerateSerializer]
internal sealed class ProbeState
{
    [Id(0)]
    public int Count { get; set; }
}
