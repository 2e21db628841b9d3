namespace Hms.Fabric;

/// <summary>
/// Where work goes that must neither hold up whoever brings it about nor pile up on its stack. All that the fabric does by itself goes
/// through here, so that a simulation can put it into an order of its own.
/// </summary>
public interface IBackground
{
    /// <summary>Runs a piece of work soon, elsewhere. It must not throw.</summary>
    void Run<TState>(Action<TState> work, TState state);

    /// <summary>Begins asynchronous work soon, elsewhere; what is returned ends as the work does.</summary>
    Task RunAsync(Func<Task> work);
}

/// <summary>The thread pool.</summary>
public sealed class PoolBackground : IBackground
{
    private PoolBackground()
    {
    }

    /// <summary>The one there is.</summary>
    public static PoolBackground Instance { get; } = new();

    /// <inheritdoc/>
    public void Run<TState>(Action<TState> work, TState state) => ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: false);

    /// <inheritdoc/>
    public Task RunAsync(Func<Task> work) => Task.Run(work);
}
