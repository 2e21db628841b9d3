using Hms.Protocol;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>Supervisors that register, restart, deregister and come back, and one that sends to them meanwhile.</summary>
internal sealed class ComingWorkload : Workload
{
    private const int Turns = 15;
    private const string Topic = "coming";
    private readonly Supervisor _sender;
    private readonly Supervisor[] _comers;

    public ComingWorkload(SimWorld world)
        : base(world)
    {
        _sender = NewSupervisor("sender");
        _comers = [NewSupervisor("comer1"), NewSupervisor("comer2")];
    }

    public override Task RunAsync() => Task.WhenAll(
    [
        _sender.Client.BeginAsync(async () =>
        {
            await _sender.RegisterAsync();
            await RepeatAsync(_sender, Turns, async () =>
            {
                var to = Dice.Chance(0.3)
                    ? new Destination(DestinationKind.Topic, Topic)
                    : new Destination(DestinationKind.Supervisor, Dice.Pick(_comers).Name);
                await _sender.SendUntilKnownAsync(_sender.AnyMessage(to));
            });
        }),
        .. _comers.Select(comer => comer.Client.BeginAsync(async () =>
        {
            await comer.RegisterAsync();
            await RepeatAsync(comer, Turns, () => ActAsync(comer));
        })),
    ]);

    /// <summary>
    /// Directory, mailbox and topics agree on who is there: what one said to the other had its effect, in its order, and none twice.
    /// </summary>
    public override async Task CheckEndAsync()
    {
        var everybody = await SubscribersAsync(Names.Everybody);
        foreach (var comer in _comers)
        {
            var listed = await comer.Client.AskUntilKnownAsync("get record", (fabric, stopped) => fabric.Supervisors.GetAsync(comer.Name, stopped));
            var opened = await comer.Client.AskUntilKnownAsync("redeliver", (fabric, stopped) => fabric.Mailbox(comer.Name).RedeliverAsync(0, 1, TimeSpan.FromSeconds(1), stopped));
            if (listed.IsDone != opened.IsDone || listed.IsDone != everybody.Contains(comer.Name))
            {
                World.Fail($"{comer.Name}: registered {listed.IsDone}, mailbox open {opened.IsDone}, hears everybody's topic {everybody.Contains(comer.Name)}");
            }

            // All that is in the mailbox can be looked into only while it is open.
            await comer.RegisterAsync();
        }
    }

    private async Task ActAsync(Supervisor comer)
    {
        switch (Dice.Below(8))
        {
            case 0 or 1:
                await comer.DeregisterAsync();
                break;
            case 2:
                await comer.RegisterAsync(restart: true);
                break;
            case 3:
                await comer.SubscribeAsync(Topic);
                break;
            case 4:
                await comer.BeatAsync();
                break;
            case 5:
                await comer.RedriveAsync();
                break;
            case 6 when await comer.ReceiveAnyAsync() is { Count: > 0 } deliveries:
                await comer.AckAsync(deliveries);
                break;
            default:
                await comer.RegisterAsync();
                break;
        }
    }

    private async Task<HashSet<string>> SubscribersAsync(string topic)
    {
        var answer = await _sender.Client.AskUntilKnownAsync(
            $"read subscribers of {topic}", (fabric, stopped) => fabric.Topics.SubscribersAsync(topic, "", 100, stopped));
        return answer.IsDone ? [.. answer.Value.Items.Select(item => item.Supervisor)] : [];
    }
}
