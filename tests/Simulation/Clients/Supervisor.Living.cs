using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Simulation.Clients;

/// <content>Signs of life.</content>
internal sealed partial class Supervisor
{
    /// <summary>Gives a sign of life, and sees that the session goes on.</summary>
    public async Task<Answer<SupervisorRecord>> BeatAsync()
    {
        var session = Session;
        var (begun, step) = (_world.Scheduler.Now, Step);
        var answer = await Client.AskAsync("heartbeat", (fabric, stopped) => fabric.Supervisors.HeartbeatAsync(Name, new Heartbeat(), stopped));
        if (answer.IsDone && session is not null && answer.Value.Session != session && !_world.HasSplit)
        {
            _world.Fail($"{Name} has the session {answer.Value.Session}, and was told {session}");
        }

        if (answer.IsDone)
        {
            _world.Ledger.Lives.CheckGoesOn(Name, answer.Value.Session, step);
            _world.Ledger.Lives.NoteSign(Name, answer.Value.Session, begun, Interval);
        }
        else if (answer.Fault is { Code: ErrorCode.Conflict } over)
        {
            _world.Ledger.Lives.NoteDeath(Name, over.Record);
        }

        return answer;
    }

    /// <summary>
    /// Gives signs of life for a while, now and then none for too long, and registers again when its session has ended. One that never dies
    /// has nothing to do here.
    /// </summary>
    public async Task LiveAsync(int beats)
    {
        for (var beat = 0; beat < beats && Interval is { } interval && !_world.IsClosing; beat++)
        {
            if ((await BeatAsync()).Fault is { Code: ErrorCode.Conflict })
            {
                await RegisterAsync();
            }

            await _world.Scheduler.DelayAsync(interval * (Dice.Chance(0.1) ? Dice.Between(2, 6) : 0.7), Client.Context);
        }
    }

    /// <summary>Reads somebody's record, and sees that its session is not over before its time.</summary>
    public async Task<Answer<SupervisorRecord>> LookAtAsync(string supervisor)
    {
        var begun = Step;
        var answer = await Client.AskAsync($"get {supervisor}", (fabric, stopped) => fabric.Supervisors.GetAsync(supervisor, stopped));
        if (answer.IsDone)
        {
            _world.Ledger.Lives.See(answer.Value, begun);
        }

        return answer;
    }
}
