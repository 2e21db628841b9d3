using System.Diagnostics;
using Hms.Fabric.Storage;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Hms.Grains.Entities;

/// <summary>
/// Wakes what is overdue. Each silo wakes the entities that live on it by a timer of its own; what a silo had to wake that died stands in the store with
/// its time, and is found here. The silos ask for this grain every few seconds; the reminder brings it back where all of them were away.
/// </summary>
[Reentrant]
[KeepAlive]
[GrainType("hms.waker")]
internal sealed partial class WakerGrain(SiloEngine silo, HmsGrainsOptions options, ILogger<WakerGrain> logger)
    : Grain, IWakerGrain, IRemindable
{
    private const string Reminder = "wake";

    // Where looking takes long, since there is much to look through, it is done less often.
    private const int CostMax = 20;

    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    // Whose silo lives is woken by it, and writes down that it was, within this time.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    private ITimer? _timer;
    private bool _looking;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await this.RegisterOrUpdateReminder(Reminder, ReminderPeriod, ReminderPeriod, cancellationToken);
        _timer = options.Time.CreateTimer(_ => _ = LookAsync(), null, TimeSpan.Zero, Period);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public ValueTask StartAsync() => ValueTask.CompletedTask;

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;

    private async Task LookAsync()
    {
        if (Interlocked.Exchange(ref _looking, true))
        {
            return;
        }

        var start = Stopwatch.GetTimestamp();
        try
        {
            await silo.WakeOverdueAsync(Grace);
        }
        catch (StoreException e)
        {
            LogNotRead(logger, e.Message);
        }
        finally
        {
            var pause = Stopwatch.GetElapsedTime(start) * CostMax;
            _timer?.Change(pause > Period ? pause : Period, Period);
            Volatile.Write(ref _looking, false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the store does not say who is overdue, and is asked again: {Problem}")]
    private static partial void LogNotRead(ILogger logger, string problem);
}
