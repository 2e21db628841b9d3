using System.Diagnostics;
using Hms.Fabric;
using Hms.Fabric.Entities;
using Microsoft.Extensions.Logging;

namespace Hms.Grains;

/// <summary>
/// What a silo does once it is a member: it takes up the message types and has itself told of others, and sees to it that overdue entities are looked for.
/// Both are repeated, since whom it asked may have died.
/// </summary>
internal sealed partial class SiloStart(FabricService fabric, IGrainFactory grains, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan StayPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private ICatalogueWatcher? _watcher;
    private Watcher? _watching;
    private Task _staying = Task.CompletedTask;
    private bool _hasTypes;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Orleans holds an observer weakly: this one lives as long as the silo.
        _watching = new Watcher(fabric);
        _watcher = grains.CreateObjectReference<ICatalogueWatcher>(_watching);
        await FirstStayAsync(cancellationToken);
        _staying = KeepStayingAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _staying;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task StayAsync(CancellationToken cancellationToken)
    {
        _hasTypes &= await grains.GetGrain<ICatalogueGrain>(CatalogueEntity.Name).WatchAsync(_watcher!).AsTask().WaitAsync(cancellationToken);
        if (!_hasTypes)
        {
            await fabric.StartAsync(cancellationToken);
            _hasTypes = true;
        }

        await grains.GetGrain<IWakerGrain>(0).StartAsync().AsTask().WaitAsync(cancellationToken);
    }

    // The silo on which one of them lived may die at this moment: then they are on another one soon.
    private async Task FirstStayAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await StayAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException && Stopwatch.GetElapsedTime(began) < StartPatience)
            {
                LogNotReached(logger, e.Message);
            }

            await Task.Delay(RetryPause, cancellationToken);
        }
    }

    private async Task KeepStayingAsync()
    {
        using var timer = new PeriodicTimer(StayPeriod, time);
        while (await NextAsync(timer))
        {
            try
            {
                await StayAsync(_stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever went wrong is tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogNotReached(logger, e.Message);
            }
        }
    }

    private async Task<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the waker or the catalogue could not be reached, and is asked again: {Problem}")]
    private static partial void LogNotReached(ILogger logger, string problem);

    private sealed class Watcher(FabricService fabric) : ICatalogueWatcher
    {
        public ValueTask ChangedAsync() => fabric.StartAsync();
    }
}
