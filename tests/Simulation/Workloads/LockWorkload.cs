using System.Text;
using System.Text.Json;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Hms.Simulation.Checks;
using Hms.Simulation.Clients;
using Hms.Simulation.World;

namespace Hms.Simulation.Workloads;

/// <summary>
/// Some who fight for a lock, registered and not, by call and by message; their sessions end now and then while they hold it or wait.
/// </summary>
internal sealed class LockWorkload : Workload
{
    private const int Turns = 10;
    private const string Name = "the-lock";
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(20);

    private readonly LockHistory _history;
    private readonly List<(SimClient Client, string Owner, string? Instance, bool ByMessage)> _fighters;
    private readonly SimClient _watcher;
    private readonly bool _isCalm;
    private int _messages;

    public LockWorkload(SimWorld world)
        : base(world)
    {
        var faults = world.Faults;
        _history = new LockHistory(clocksAgree: !faults.WallClocksJump);
        _isCalm = faults is { CommitFails: 0, CommitIsDoubtful: 0, CommitComesLate: 0, CrashAtCommit: 0, LosesRequest: 0, LosesAnswer: 0, ClientGivesUp: 0, Pauses: 0 }
            && faults.CrashEvery + faults.AwayEvery + faults.SplitEvery == TimeSpan.Zero;
        _watcher = new SimClient(world, "lock-watcher");
        _fighters =
        [
            (new SimClient(world, "fighter1"), "fighter1", null, false),
            (new SimClient(world, "fighter2"), "fighter2", null, world.Dice.Chance(0.5)),
            (new SimClient(world, "stranger"), "stranger", null, false),
        ];
        if (!_isCalm && world.Dice.Chance(0.3))
        {
            _fighters.Add((new SimClient(world, "fighter1-b"), "fighter1", "b", false));
        }
    }

    private long Now => World.Scheduler.Now;

    public override Task RunAsync() => Task.WhenAll(
    [
        .. _fighters.Select((fighter, i) => fighter.Client.BeginAsync(() => FightAsync(i))),
        _watcher.BeginAsync(WatchAsync),
        .. Dice.Chance(0.5) ? (Task[])[new SimClient(World, "meddler") is var meddler ? meddler.BeginAsync(() => MeddleAsync(meddler)) : null!] : [],
    ]);

    /// <summary>Its calls are those of a lock; and nobody who is gone holds it in the end.</summary>
    public override async Task CheckEndAsync()
    {
        if ((_history.Problem() ?? (_isCalm ? _history.OrderProblem() : null)) is { } problem)
        {
            World.Fail(problem);
        }

        var record = await _watcher.AskAsync("get the lock", (fabric, stopped) => fabric.Locks.GetAsync(Name, stopped));
        if (record is { IsDone: true, Value: { Holder: { } holder } held })
        {
            var supervisor = await _watcher.AskAsync("get the holder", (fabric, stopped) => fabric.Supervisors.GetAsync(holder, stopped));
            if (supervisor is { IsDone: true, Value.Liveness: Liveness.Dead })
            {
                World.Fail($"{holder} is dead and holds the lock under {held.FencingToken}");
            }
        }

        if (record is { IsDone: true, Value.Waiters.Count: > 0 })
        {
            World.Fail($"nobody asks any more, and {string.Join(", ", record.Value.Waiters)} wait");
        }
    }

    private async Task FightAsync(int number)
    {
        var (client, owner, _, byMessage) = _fighters[number];
        if (owner != "stranger")
        {
            await RegisterAsync(client, owner, restart: false);
        }

        for (var turn = 0; turn < Turns && !World.IsClosing; turn++)
        {
            var granted = byMessage && Dice.Chance(0.5) ? await AcquireByMessageAsync(number) : await AcquireAsync(number);
            await client.PauseAsync(TimeSpan.FromSeconds(2));
            while (granted is { Succeeded: true } && Dice.Chance(0.6))
            {
                await UseAsync(number, granted.Token);
                await client.PauseAsync(TimeSpan.FromSeconds(2));
            }

            if (granted is { Succeeded: true } && Dice.Chance(0.7))
            {
                await ReleaseAsync(number, granted.Token);
            }
        }
    }

    private async Task<LockOp> AcquireAsync(int number)
    {
        var (client, owner, instance, _) = _fighters[number];
        var bid = AnyBid(owner, instance);
        var wait = Dice.Chance(0.7) ? Dice.Delay(WaitMax) : TimeSpan.Zero;
        var op = Begin(number, LockAsk.Acquire, bid.LeaseMs);
        var answer = await client.AskAsync("acquire", (fabric, stopped) => fabric.Locks.AcquireAsync(Name, bid, wait, stopped));
        End(op, answer, answer.Value.Granted);
        op.Renewed = answer.Value.Renewed;
        op.Token = op.Succeeded ? answer.Value.FencingToken : 0;
        if (answer.Fault is { Code: ErrorCode.Conflict } && owner != "stranger")
        {
            // Its session has ended.
            await RegisterAsync(client, owner, restart: false);
        }

        return op;
    }

    private async Task<LockOp> AcquireByMessageAsync(int number)
    {
        var (client, owner, _, _) = _fighters[number];
        var bid = AnyBid(owner, null);
        var wait = (long)Dice.Delay(WaitMax).TotalMilliseconds;
        var message = Encoding.UTF8.GetBytes($$"""
            {"id":"lock-{{owner}}-{{++_messages}}","source":"{{owner}}","destination":"meta_supervisor","message_type":"lock_request",
             "content":{"lock_id":"{{Name}}","action":"acquire","lease_ms":{{bid.LeaseMs}},"wait_ms":{{wait}}},"timestamp":"2026-01-02T03:04:05Z","version":"1.0"}
            """);
        var op = Begin(number, LockAsk.Acquire, bid.LeaseMs);
        var answer = await client.AskAsync("acquire by message", async (fabric, stopped) =>
        {
            await using var reply = await fabric.RequestAsync(new SendRequest(message), WaitMax + WaitMax, stopped);
            var content = JsonDocument.Parse(reply.Message).RootElement.GetProperty("content");
            await reply.ConfirmAsync(stopped);
            return content.GetProperty("granted").GetBoolean() ? content.GetProperty("fencing_token").GetInt64() : 0;
        });
        End(op, answer, answer.Value > 0);

        // The request is in the queue, even where nobody waits for its answer any more.
        op.IsKnown &= answer.IsDone;
        op.Token = answer.Value;
        return op;
    }

    private async Task UseAsync(int number, long token)
    {
        var (client, owner, _, _) = _fighters[number];
        if (Dice.Chance(0.5))
        {
            var lease = AnyLease();
            var op = Begin(number, LockAsk.Renew, (long)lease.TotalMilliseconds);
            op.Token = token;
            End(op, await client.AskAsync("renew", (fabric, stopped) => fabric.Locks.RenewAsync(Name, owner, token, lease, stopped)), succeeded: true);
        }
        else
        {
            var op = Begin(number, LockAsk.Check, 0);
            op.Token = token;
            var answer = await client.AskAsync("check", (fabric, stopped) => fabric.Locks.CheckAsync(Name, token, stopped));
            End(op, answer, answer.Value);
        }
    }

    private async Task ReleaseAsync(int number, long token)
    {
        var (client, owner, _, _) = _fighters[number];
        var op = Begin(number, LockAsk.Release, 0);
        op.Token = token;
        var answer = await client.AskAsync("release", async (fabric, stopped) =>
        {
            await fabric.Locks.ReleaseAsync(Name, owner, token, null, stopped);
            return true;
        });
        End(op, answer, answer.Value);
    }

    private async Task WatchAsync()
    {
        for (var turn = 0; turn < 3 * Turns && !World.IsClosing; turn++)
        {
            var called = Now;
            var answer = await _watcher.AskAsync("look at the lock", (fabric, stopped) => fabric.Locks.GetAsync(Name, stopped));
            if (answer.IsDone)
            {
                _history.Sights.Add(new LockSight(called, Now, answer.Value.Waiters));
            }

            await _watcher.PauseAsync(TimeSpan.FromSeconds(3));
        }
    }

    /// <summary>Ends sessions of those who hold the lock or wait for it, or both.</summary>
    private async Task MeddleAsync(SimClient client)
    {
        for (var turn = 0; turn < Turns / 2 && !World.IsClosing; turn++)
        {
            await client.PauseAsync(TimeSpan.FromSeconds(15));
            var owner = Dice.Chance(0.5) ? "fighter1" : "fighter2";
            await RegisterAsync(client, owner, restart: true);
        }
    }

    private async Task RegisterAsync(SimClient client, string owner, bool restart)
    {
        var end = new SessionEnd(owner, Now);
        if (restart)
        {
            _history.Ends.Add(end);
        }

        var answer = await client.AskUntilKnownAsync(
            restart ? $"restart {owner}" : $"register {owner}",
            (fabric, stopped) => fabric.Supervisors.RegisterAsync(owner, new Registration("simulated") { Restart = restart }, stopped));

        // An earlier try that was not answered may be done yet.
        end.Returned = answer.Tries == 1 ? Now : long.MaxValue;
    }

    private LockOp Begin(int number, LockAsk ask, long leaseMs)
    {
        var op = new LockOp(number, _fighters[number].Owner, ask, Now) { Lease = leaseMs * TimeSpan.TicksPerMillisecond };
        _history.Ops.Add(op);
        return op;
    }

    private void End<T>(LockOp op, Answer<T> answer, bool succeeded)
    {
        op.IsKnown = !answer.IsUnknown;
        op.Succeeded = answer.IsDone && succeeded;
        op.Returned = op.IsKnown ? Now : long.MaxValue;
    }

    private LockBid AnyBid(string owner, string? instance) => new(owner, (long)AnyLease().TotalMilliseconds)
    {
        Instance = instance,
        LockDelayMs = Dice.Chance(0.2) ? 2_000 : 0,
    };

    private TimeSpan AnyLease() => TimeSpan.FromMilliseconds(Dice.Between(1, 10) * 1_000);
}
