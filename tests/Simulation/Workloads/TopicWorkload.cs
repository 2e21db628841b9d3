using Hms.Protocol;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>Supervisors that subscribe by name and by pattern, publish to topics and to everybody, and receive.</summary>
internal sealed class TopicWorkload : Workload
{
    private const int Turns = 12;
    private static readonly string[] Topics = ["news.a", "news.b", "other"];
    private static readonly string[] Patterns = ["news.*", ">"];

    public TopicWorkload(SimWorld world)
        : base(world)
    {
        for (var i = 1; i <= 3; i++)
        {
            NewSupervisor($"topic{i}");
        }
    }

    public override Task RunAsync() => Task.WhenAll(Supervisors.SelectMany(supervisor => (Task[])
    [
        supervisor.Client.BeginAsync(async () =>
        {
            await supervisor.RegisterAsync();
            await supervisor.SubscribeAsync(Dice.Chance(0.5) ? Dice.Pick(Topics) : Dice.Pick(Patterns));
            await RepeatAsync(supervisor, Turns, () => ActAsync(supervisor));
        }),
        supervisor.Client.BeginAsync(() => RepeatAsync(supervisor, Turns, async () =>
        {
            if (await supervisor.ReceiveAnyAsync() is { Count: > 0 } deliveries && Dice.Chance(0.8))
            {
                await supervisor.AckAsync(deliveries);
            }
        })),
    ]));

    /// <summary>Who surely subscribes is among the subscribers, and who surely does not is not.</summary>
    public override async Task CheckEndAsync()
    {
        foreach (var topic in (string[])[.. Topics, Names.Everybody])
        {
            var auditor = Supervisors[0].Client;
            var answer = await auditor.AskUntilKnownAsync($"read subscribers of {topic}", (fabric, stopped) => fabric.Topics.SubscribersAsync(topic, "", 100, stopped));
            var subscribers = answer.IsDone ? answer.Value.Items.Select(item => item.Supervisor).ToHashSet() : [];
            foreach (var inbox in World.Ledger.Inboxes)
            {
                var interests = inbox.InterestsIn(topic).ToArray();
                var surely = inbox.IsSteady && interests.Any(interest => interest.Covers(World.Scheduler.Step));
                var never = interests.All(interest => interest.Tried == Checks.Sent.Never);
                if ((surely && answer.IsDone && !subscribers.Contains(inbox.Name)) || (never && subscribers.Contains(inbox.Name)))
                {
                    World.Fail($"the subscribers of {topic} are {string.Join(", ", subscribers)}, as to {inbox.Name} wrongly");
                }
            }
        }
    }

    private async Task ActAsync(Supervisor supervisor)
    {
        switch (Dice.Below(12))
        {
            case 0:
                await supervisor.SubscribeAsync(Dice.Pick(Topics));
                break;
            case 1:
                await supervisor.SubscribeAsync(Dice.Pick(Patterns));
                break;
            case 2 when Dice.Chance(0.3):
                await supervisor.UnsubscribeAsync(Dice.Chance(0.5) ? Dice.Pick(Topics) : Dice.Pick(Patterns));
                break;
            case 3 or 4:
                await supervisor.SendUntilKnownAsync(supervisor.AnyMessage(new Destination(DestinationKind.Everybody, Names.Everybody)));
                break;
            default:
                var message = supervisor.AnyMessage(new Destination(DestinationKind.Topic, Dice.Pick(Topics)));
                await supervisor.SendUntilKnownAsync(message);
                if (Dice.Chance(0.1))
                {
                    await supervisor.SendAsync(message);
                }

                break;
        }
    }
}
