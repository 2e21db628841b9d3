using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.Checks;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>Supervisors that give signs of life, fall silent with messages in their hands and come back, and one who watches them.</summary>
internal sealed class SessionWorkload : Workload
{
    private const int Turns = 12;
    private const int Beats = 40;
    private const string Health = "health";
    private static readonly TimeSpan LongLease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EndlessLease = TimeSpan.FromHours(1);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly Supervisor _watcher;
    private readonly Supervisor[] _watched;

    public SessionWorkload(SimWorld world)
        : base(world)
    {
        _watcher = NewSupervisor("watcher");
        _watched = [NewSupervisor("pulse1", AnyRegistration(mortal: 1)), NewSupervisor("pulse2", AnyRegistration(mortal: 1))];
    }

    public override Task RunAsync() => Task.WhenAll(
    [
        _watcher.Client.BeginAsync(async () =>
        {
            await _watcher.RegisterAsync();
            await _watcher.SubscribeAsync(Health);
            await RepeatAsync(_watcher, 2 * Turns, WatchAsync);
        }),
        .. _watched.SelectMany(supervisor => (Task[])
        [
            supervisor.Client.BeginAsync(async () =>
            {
                await supervisor.RegisterAsync();
                await supervisor.LiveAsync(Beats);
            }),
            supervisor.Client.BeginAsync(() => RepeatAsync(supervisor, Turns, () => ActAsync(supervisor))),
        ]),
    ]);

    /// <summary>Who is silent is dead, and is told so; what it held is deliverable again.</summary>
    public override async Task CheckEndAsync()
    {
        foreach (var supervisor in _watched)
        {
            await CheckIsDeadAsync(supervisor);
            await supervisor.RegisterAsync();
            await _watcher.SendUntilKnownAsync(_watcher.Message(new Destination(DestinationKind.Supervisor, supervisor.Name)));
            await supervisor.ReceiveAsync(new ReceiveRequest { Max = 5, Lease = EndlessLease });
            await World.Scheduler.DelayAsync((4 * supervisor.Interval!.Value) + Settling, supervisor.Client.Context);
            await CheckIsDeadAsync(supervisor);

            // All that is in the mailbox can be looked into only while it is open.
            await supervisor.RegisterAsync();
        }
    }

    private async Task CheckIsDeadAsync(Supervisor supervisor)
    {
        if (await _watcher.LookAtAsync(supervisor.Name) is { IsDone: true } looked
            && looked.Value is not { Liveness: Liveness.Dead, Mailbox.Leased: 0 })
        {
            World.Fail($"{supervisor.Name} was silent for long, and is {looked.Value.Liveness}, with {looked.Value.Mailbox}");
        }

        if ((await supervisor.BeatAsync()).IsDone)
        {
            World.Fail($"{supervisor.Name} was silent for long, and goes on as if it had not been");
        }
    }

    private async Task WatchAsync()
    {
        switch (Dice.Below(4))
        {
            case 0:
                await _watcher.SendAsync(_watcher.AnyMessage(new Destination(DestinationKind.Supervisor, Dice.Pick(_watched).Name)));
                break;
            case 1 when await _watcher.ReceiveAnyAsync() is { Count: > 0 } deliveries:
                await _watcher.AckAsync(deliveries);
                break;
            default:
                await _watcher.LookAtAsync(Dice.Pick(_watched).Name);
                break;
        }
    }

    private async Task ActAsync(Supervisor supervisor)
    {
        switch (Dice.Below(8))
        {
            case 0:
                await supervisor.RegisterAsync(restart: true);
                break;
            case 1 when supervisor == _watched[1]:
                await supervisor.DeregisterAsync();
                await supervisor.Client.PauseAsync(Settling);
                await supervisor.RegisterAsync();
                break;
            case 2 or 3:
                await supervisor.SendAsync(SignOf(supervisor));
                break;
            case 4:
                await supervisor.ReceiveAsync(new ReceiveRequest { Max = 3, Lease = LongLease });
                break;
            case 5 when await supervisor.ReceiveAnyAsync() is { Count: > 0 } deliveries:
                await supervisor.AckAsync(deliveries);
                break;
            default:
                await supervisor.LookAtAsync(supervisor.Name);
                break;
        }
    }

    /// <summary>A sign of life by message; it is refused where the session is over.</summary>
    private Sent SignOf(Supervisor supervisor) => new Sent
    {
        Id = World.Ledger.NewId(),
        Source = supervisor.Name,
        To = new Destination(DestinationKind.Fabric, Names.MetaSupervisor),
        Type = Dice.Chance(0.5) ? "supervisor_heartbeat" : "supervisor_status_response",
        Content = """{"status":"alive"}""",
        PassedTo = [],
    }.Written();
}
