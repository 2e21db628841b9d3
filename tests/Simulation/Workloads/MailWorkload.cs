using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.Checks;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>Supervisors that send to each other, repeat themselves, and do all to what they receive that can be done to it.</summary>
internal sealed class MailWorkload : Workload
{
    private const int Turns = 12;
    private readonly List<Sent> _sent = [];

    public MailWorkload(SimWorld world)
        : base(world)
    {
        for (var i = 1; i <= 3; i++)
        {
            NewSupervisor($"mail{i}");
        }
    }

    public override Task RunAsync() => Task.WhenAll(Supervisors.SelectMany(supervisor => (Task[])
    [
        supervisor.Client.BeginAsync(async () =>
        {
            await (Dice.Chance(0.5) ? supervisor.RegisterAsync() : supervisor.RegisterByMessageAsync());
            await RepeatAsync(supervisor, Turns, () => SendAsync(supervisor));
        }),
        supervisor.Client.BeginAsync(() => RepeatAsync(supervisor, 2 * Turns, () => ReceiveAsync(supervisor))),
    ]));

    private async Task SendAsync(Supervisor supervisor)
    {
        var to = new Destination(DestinationKind.Supervisor, Dice.Pick(Supervisors).Name);
        switch (Dice.Below(10))
        {
            case 0:
                var together = Enumerable.Range(0, Dice.Between(2, 6)).Select(_ => supervisor.AnyMessage(to)).ToArray();
                _sent.AddRange(together);
                await supervisor.SendManyAsync(together);
                break;
            case 1 when _sent.Where(sent => sent.Source == supervisor.Name).ToArray() is { Length: > 0 } mine:
                await supervisor.SendAsync(Dice.Pick(mine));
                break;
            case 2 when _sent.Where(sent => sent.Source == supervisor.Name).ToArray() is { Length: > 0 } mine:
                await supervisor.SendOtherAsync(Dice.Pick(mine));
                break;
            case 3:
                await supervisor.RedriveAsync();
                break;
            default:
                var message = supervisor.AnyMessage(to);
                _sent.Add(message);
                await (Dice.Chance(0.7) ? supervisor.SendUntilKnownAsync(message) : supervisor.SendAsync(message));
                break;
        }
    }

    private async Task ReceiveAsync(Supervisor supervisor)
    {
        var deliveries = await supervisor.ReceiveAnyAsync();
        var acked = new List<Delivery>();
        foreach (var delivery in deliveries)
        {
            switch (Dice.Below(10))
            {
                case 0:
                    await supervisor.GiveBackAsync(delivery);
                    break;
                case 1:
                    await supervisor.ExtendAsync(delivery);
                    break;
                case 2:
                    // It is forgotten, and its lease runs out.
                    break;
                default:
                    acked.Add(delivery);
                    break;
            }
        }

        if (acked.Count > 0)
        {
            await supervisor.AckAsync(acked);
        }
    }
}
