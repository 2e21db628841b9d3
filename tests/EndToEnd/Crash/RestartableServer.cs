using Hms.Processes;

namespace Hms.EndToEnd.Tests.Crash;

/// <summary>One data folder and whichever server process runs on it now; clients wait here while none does.</summary>
internal sealed class RestartableServer(History history) : IServer, IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);
    private readonly ScratchFolder data = new();
    private ServerProcess? process;
    private volatile TaskCompletionSource<Uri> address = NewAddress();

    /// <inheritdoc/>
    public Task<Uri> AddressAsync() => address.Task;

    public async Task StartAsync()
    {
        process = await ServerProcess.StartAsync(Repository.HostAssembly(), data.Path, StartPatience);
        address.SetResult(process.Address);
    }

    /// <summary>SIGKILL, whatever it is doing.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await EndedAsync(KillPatience);
    }

    /// <summary>Starts it and kills it on its way up, ready or not.</summary>
    public async Task KillWhileStartingAsync(TimeSpan after)
    {
        process = ServerProcess.Spawn(Repository.HostAssembly(), "--urls", "http://127.0.0.1:0", "--data", data.Path);
        await Task.Delay(after);
        await KillAsync();
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        process!.Terminate();
        return await EndedAsync(patience);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        data.Dispose();
    }

    private static TaskCompletionSource<Uri> NewAddress() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<int> EndedAsync(TimeSpan patience)
    {
        // Requests made from here on wait for the next process; those under way run into the end of this one.
        if (address.Task.IsCompleted)
            address = NewAddress();
        var exitCode = await process!.WaitForExitAsync(patience);
        history.Add(new HistoryEvent.ProcessEnded(History.Now));
        await process.DisposeAsync();
        return exitCode;
    }
}
