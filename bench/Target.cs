using Hms.Processes;

namespace Hms.Bench;

/// <summary>A server under load: a child process with data of its own, or one that ran already.</summary>
internal sealed class Target : IAsyncDisposable
{
    private readonly ScratchFolder? data;

    private Target(Uri address, ServerProcess? process, ScratchFolder? data) => (Address, Process, this.data) = (address, process, data);

    public Uri Address { get; private set; }

    /// <summary>Null for a server that was not started here, or was stopped.</summary>
    public ServerProcess? Process { get; private set; }

    public static Target Running(Uri address) => new(address, null, null);

    public static async Task<Target> StartAsync(string dll, string? parent, TimeSpan patience, params string[] further)
    {
        var data = new ScratchFolder(parent);
        try
        {
            var process = await ServerProcess.StartAsync(dll, data.Path, patience, further);
            return new Target(process.Address, process, data);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Starts something that keeps no data.</summary>
    public static async Task<Target> StartBareAsync(string dll, string argument, TimeSpan patience)
    {
        var process = ServerProcess.Spawn(dll, argument);
        try
        {
            await process.ReadyAsync(patience);
            return new Target(process.Address, process, null);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for a graceful stop and waits for it.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        var running = Process ?? throw new InvalidOperationException("Only a server that was started here can be stopped.");
        running.Terminate();
        await running.WaitForExitAsync(patience);
        await running.DisposeAsync();
        Process = null;
    }

    /// <summary>Bytes of all files in its data folder; null for a server that was not started here.</summary>
    public long? DataBytes() =>
        data is null ? null : Directory.EnumerateFiles(data.Path, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    /// <summary>Starts it again on the data it left, and waits until it is ready.</summary>
    public async Task StartAgainAsync(string dll, TimeSpan patience)
    {
        Process = await ServerProcess.StartAsync(dll, data!.Path, patience);
        Address = Process.Address;
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is not null)
            await Process.DisposeAsync();
        data?.Dispose();
    }
}
