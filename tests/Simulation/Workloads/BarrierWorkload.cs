using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Hms.Simulation.Checks;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>Supervisors that call each other to barriers, come, come late, come twice or not at all, fall silent, leave and come back.</summary>
internal sealed class BarrierWorkload : Workload
{
    private const int Turns = 10;
    private const int Beats = 30;
    private static readonly string[] Ids = ["gate1", "gate2"];
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<string, Meeting> _meetings = new(StringComparer.Ordinal);
    private readonly List<(Meeting Meeting, Coming Coming)> _responses = [];
    private readonly List<Sent> _calls = [];

    public BarrierWorkload(SimWorld world)
        : base(world)
    {
        NewSupervisor("meets1");
        NewSupervisor("meets2", AnyRegistration(mortal: 0.5));
        NewSupervisor("meets3", AnyRegistration(mortal: 0.5));
        World.Ledger.Listeners.Add(Hear);
    }

    public override Task RunAsync() => Task.WhenAll(Supervisors.SelectMany(supervisor => (Task[])
    [
        supervisor.Client.BeginAsync(async () =>
        {
            await supervisor.RegisterAsync();
            await RepeatAsync(supervisor, Turns, () => ActAsync(supervisor));
        }),
        supervisor.Client.BeginAsync(() => supervisor.LiveAsync(Beats)),
    ]));

    /// <summary>Nobody waits any more; who has left holds nobody up, and who is there passes.</summary>
    public override async Task CheckEndAsync()
    {
        foreach (var meeting in _meetings.Values.Where(meeting => meeting.IsKnown))
        {
            await LookAsync(Supervisors[0], meeting, TimeSpan.Zero, untilKnown: true);
        }

        foreach (var supervisor in Supervisors)
        {
            await supervisor.RegisterAsync();
        }

        await CheckNobodyPassesWithoutAsync(Supervisors[1], Supervisors[0]);
        foreach (var supervisor in Supervisors)
        {
            // All that is in the mailbox can be looked into only while it is open.
            await supervisor.RegisterAsync();
        }
    }

    public override void CheckHeard()
    {
        foreach (var meeting in _meetings.Values)
        {
            meeting.Check();
        }
    }

    private Meeting MeetingOf(string id)
    {
        if (!_meetings.TryGetValue(id, out var meeting))
        {
            _meetings.Add(id, meeting = new Meeting(World, id));
        }

        return meeting;
    }

    private bool Hear(Inbox inbox, JsonElement message) =>
        message.GetProperty("message_type").GetString() is "barrier_request" or "barrier_continue"
        && MeetingOf(message.GetProperty("correlation_id").GetString()!).Hear(
            inbox, message.GetProperty("message_type").GetString()!, message.GetProperty("content"));

    private async Task ActAsync(Supervisor supervisor)
    {
        var known = _meetings.Values.Where(meeting => meeting.IsKnown).ToArray();
        switch (Dice.Below(12))
        {
            case 0 or 1:
                await CallAsync(supervisor);
                break;
            case 2 when known.Length > 0:
                await LookAsync(supervisor, Dice.Pick(known), Dice.Delay(WaitMax), untilKnown: false);
                break;
            case 3 when known.Length > 0:
                await ComeAsync(supervisor, Dice.Pick(known), Dice.Chance(0.8), latest: Dice.Chance(0.5));
                break;
            case 4 when _responses.Where(response => response.Coming.Who == supervisor.Name).ToArray() is { Length: > 0 } mine:
                await RespondAsync(supervisor, Dice.Pick(mine));
                break;
            case 5 when supervisor != Supervisors[0] && Dice.Chance(0.4):
                await LeaveAsync(supervisor);
                break;
            case 6 when _calls.Where(call => call.Source == supervisor.Name).ToArray() is { Length: > 0 } calls:
                await supervisor.SendAsync(Dice.Pick(calls));
                break;
            default:
                await ReceiveAsync(supervisor);
                break;
        }
    }

    private async Task LeaveAsync(Supervisor supervisor)
    {
        if (Dice.Chance(0.5))
        {
            await supervisor.RegisterAsync(restart: true);
            return;
        }

        await supervisor.DeregisterAsync();
        await supervisor.Client.PauseAsync(WaitMax);
        await supervisor.RegisterAsync();
    }

    private async Task CallAsync(Supervisor initiator)
    {
        var meeting = MeetingOf(Dice.Pick(Ids));
        var participants = Supervisors.Where(_ => Dice.Chance(0.75)).Select(supervisor => supervisor.Name).ToArray();
        participants = participants.Length > 0 ? participants : [initiator.Name];
        var timeout = Dice.Between(200, 15_000);
        if (Dice.Chance(0.4))
        {
            var names = string.Join(',', participants.Select(name => $"\"{name}\""));
            var call = new Sent
            {
                Id = World.Ledger.NewId(),
                Source = initiator.Name,
                To = new Destination(DestinationKind.Fabric, Names.MetaSupervisor),
                Type = "barrier_request",
                Content = $$"""{"barrier_id":"{{meeting.Id}}","participants":[{{names}}],"timeout_ms":{{timeout}}}""",
                PassedTo = [],
            }.Written();
            _calls.Add(call);
            await initiator.SendAsync(call);
            return;
        }

        await CallAsync(initiator, meeting, participants, timeout, Dice.Chance(0.3) ? World.Ledger.NewId() : null);
    }

    private async Task<Answer<BarrierCreation>> CallAsync(
        Supervisor initiator, Meeting meeting, IReadOnlyList<string> participants, long timeout, string? key = null)
    {
        var begun = World.Scheduler.Step;
        var call = new BarrierCall(meeting.Id, initiator.Name, participants, timeout);
        var answer = await initiator.Client.AskUntilKnownAsync(
            $"call to {meeting.Id}", (fabric, stopped) => fabric.Barriers.CreateAsync(call, key, stopped));
        meeting.Called(begun, answer);
        return answer;
    }

    private async Task<Answer<BarrierRecord>> LookAsync(Supervisor supervisor, Meeting meeting, TimeSpan wait, bool untilKnown)
    {
        var begun = World.Scheduler.Step;
        ValueTask<BarrierRecord> Ask(IFabric fabric, CancellationToken stopped) => fabric.Barriers.GetAsync(meeting.Id, wait, stopped);
        var answer = untilKnown
            ? await supervisor.Client.AskUntilKnownAsync($"look at {meeting.Id}", Ask)
            : await supervisor.Client.AskAsync($"look at {meeting.Id}", Ask);
        if (answer.IsDone)
        {
            meeting.See(begun, answer.Value);
        }
        else if (answer.Fault is { } fault)
        {
            World.Fail($"the barrier {meeting.Id} is known, and cannot be looked at: {fault.Message}");
        }

        if (untilKnown && answer is { IsDone: true, Value.Phase: BarrierPhase.Waiting })
        {
            World.Fail($"at the barrier {meeting.Id} somebody waits for ever");
        }

        return answer;
    }

    private async Task ReceiveAsync(Supervisor supervisor)
    {
        var deliveries = await supervisor.ReceiveAnyAsync();
        foreach (var delivery in deliveries)
        {
            using var json = JsonDocument.Parse(delivery.Message);
            if (json.RootElement.GetProperty("message_type").GetString() == "barrier_request" && Dice.Chance(0.9))
            {
                var content = json.RootElement.GetProperty("content");
                var meeting = MeetingOf(content.GetProperty("barrier_id").GetString()!);
                var generation = content.GetProperty("generation").GetInt64();
                await ComeAsync(supervisor, meeting, Dice.Chance(0.93), latest: false, generation);
            }
        }

        if (deliveries.Count > 0 && Dice.Chance(0.9))
        {
            await supervisor.AckAsync(deliveries);
        }
    }

    private async Task ComeAsync(Supervisor supervisor, Meeting meeting, bool ready, bool latest, long? generation = null)
    {
        var meant = latest ? meeting.Latest : Dice.Chance(0.5) ? generation : null;
        if (Dice.Chance(0.5))
        {
            var answer = await CallToComeAsync(supervisor, meeting, ready, meant);
            if (answer.IsUnknown && Dice.Chance(0.7))
            {
                await CallToComeAsync(supervisor, meeting, ready, meant);
            }

            return;
        }

        var initiator = meeting.Initiator is { } name && Dice.Chance(0.5) ? name : null;
        var message = new Sent
        {
            Id = World.Ledger.NewId(),
            Source = supervisor.Name,
            To = initiator is null ? new Destination(DestinationKind.Fabric, Names.MetaSupervisor) : new Destination(DestinationKind.Supervisor, initiator),
            Type = "barrier_response",
            Content = $$"""{"barrier_id":"{{meeting.Id}}","ready":{{(ready ? "true" : "false")}}{{(meant is { } number ? $",\"generation\":{number}" : "")}}}""",
            PassedTo = initiator is null ? [] : [initiator],
            IsSurelyPassedOn = true,
        }.Written();
        var response = (meeting, meeting.Come(supervisor.Name, ready, meant, message));
        _responses.Add(response);
        await RespondAsync(supervisor, response);
    }

    private static async Task<Answer<BarrierRecord>> CallToComeAsync(Supervisor supervisor, Meeting meeting, bool ready, long? generation)
    {
        var coming = meeting.Come(supervisor.Name, ready, generation);
        var answer = await supervisor.Client.AskAsync(
            $"come to {meeting.Id}", (fabric, stopped) => fabric.Barriers.ArriveAsync(meeting.Id, supervisor.Name, ready, generation, stopped));
        meeting.Came(coming, answer);
        return answer;
    }

    private static async Task RespondAsync(Supervisor supervisor, (Meeting Meeting, Coming Coming) response)
    {
        if ((await supervisor.SendAsync(response.Coming.Message!)).IsDone)
        {
            response.Coming.Accept();
        }
    }

    /// <summary>Who came, and whose session has ended since, does not count as there, however long the others take.</summary>
    private async Task CheckNobodyPassesWithoutAsync(Supervisor gone, Supervisor late)
    {
        var meeting = MeetingOf("last");
        await CallAsync(late, meeting, [gone.Name, late.Name], timeout: 60_000);
        await CallToComeAsync(gone, meeting, ready: true, generation: null);
        await (Dice.Chance(0.5) ? gone.DeregisterAsync() : gone.RegisterAsync(restart: true));
        await World.Scheduler.DelayAsync(Settling, late.Client.Context);
        await CallToComeAsync(late, meeting, ready: true, generation: null);
        if (await LookAsync(late, meeting, TimeSpan.Zero, untilKnown: true) is not { Value.Phase: BarrierPhase.Aborted })
        {
            World.Fail($"{gone.Name} has left, and {late.Name} was not told so");
        }
    }
}
