namespace Hms.Simulation.World;

/// <summary>What befalls machines, store and cluster from outside, until the world is healed.</summary>
internal sealed class Chaos(SimWorld world)
{
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(20);

    /// <summary>Kills a process; it is started again after a while.</summary>
    public static void Crash(SimWorld world, SimMachine machine)
    {
        if (machine.Node is null)
        {
            return;
        }

        machine.Crash();
        world.Store.LoseUnflushed();
        if (world.Faults.WallClocksJump)
        {
            var most = world.Faults.Machines == 1 ? TimeSpan.FromDays(1) : TimeSpan.FromSeconds(2);
            machine.WallClockError = world.Dice.Delay(most) - world.Dice.Delay(most);
        }

        var downtime = world.Dice.Delay(TimeSpan.FromSeconds(world.Dice.Chance(0.1) ? 60 : 3));
        world.Scheduler.After(downtime, world.Context, "restarts", machine.Start);
    }

    public void Begin()
    {
        world.Scheduler.PauseChance = world.Faults.Pauses;
        world.Scheduler.PauseMax = TimeSpan.FromSeconds(world.Dice.Pick([2, 30, 4_000]));
        Every(() => world.Faults.CrashEvery, "crash", () => Crash(world, world.Dice.Pick(world.Machines)));
        Every(() => world.Faults.AwayEvery, "store goes away", GoAway);
        Every(() => world.Faults.SplitEvery, "split", Split);
        if (world.Machines.Count > 1)
        {
            Remind();
        }
    }

    /// <summary>From now on nothing goes wrong any more, and who is down comes back.</summary>
    public void Heal()
    {
        world.Faults.Heal();
        world.Scheduler.PauseChance = 0;
        world.Store.IsAway = false;
        if (world.Placement.IsSplit)
        {
            Join();
        }
    }

    /// <summary>Every process is started anew.</summary>
    public void RestartAll()
    {
        foreach (var machine in world.Machines)
        {
            Crash(world, machine);
        }
    }

    private void Every(Func<TimeSpan> mean, string what, Action happen)
    {
        if (mean() > TimeSpan.Zero)
        {
            // Short and long pauses, of that mean: the cube of a fair share is a quarter on average.
            world.Scheduler.After(world.Dice.Delay(4 * mean()), world.Context, what, () =>
            {
                if (mean() > TimeSpan.Zero)
                {
                    happen();
                    Every(mean, what, happen);
                }
            });
        }
    }

    private void GoAway()
    {
        world.Store.IsAway = true;
        world.Scheduler.After(world.Dice.Delay(TimeSpan.FromSeconds(10)), world.Context, "store comes back", () => world.Store.IsAway = false);
    }

    private void Split()
    {
        if (!world.Placement.IsSplit)
        {
            world.HasSplit = world.Placement.IsSplit = true;
            world.Scheduler.After(world.Dice.Delay(TimeSpan.FromSeconds(15)), world.Context, "join", Join);
        }
    }

    /// <summary>The cluster agrees again: one of the nodes was declared dead meanwhile, and ends when it hears of it.</summary>
    private void Join()
    {
        if (world.Placement.IsSplit)
        {
            world.Placement.IsSplit = false;
            Crash(world, world.Dice.Pick(world.Machines));
        }
    }

    /// <summary>A cluster wakes entities by reminders, wherever they are by then.</summary>
    private void Remind() => world.Scheduler.After(Reminder, world.Context, "reminders", () =>
    {
        foreach (var machine in world.Machines)
        {
            if (machine.Node is { Fabric: not null } node)
            {
                world.Scheduler.Add(node.Context, "reminders", () => _ = node.Context.RunAsync(node.ScheduleWakesAsync));
            }
        }

        Remind();
    });
}
