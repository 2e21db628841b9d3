using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Tasks;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Tasks;

public sealed class TaskTableTests
{
    private static readonly TaskChange[] Told =
        [TaskChange.Accept, TaskChange.Report, TaskChange.Complete, TaskChange.Fail, TaskChange.Reject];

    [Fact]
    public void The_table_has_no_row_twice_and_none_from_an_end() => Prop.ForAll(
        Gen.Elements(Enum.GetValues<TaskPhase>()).Zip(Gen.Elements(Enum.GetValues<TaskChange>())).ToArbitrary(),
        pair =>
        {
            var rows = TaskTable.Rows.Where(row => row.From == pair.Item1 && row.Change == pair.Item2).ToArray();
            Assert.Equal(rows.Length == 0 ? null : Assert.Single(rows).To, TaskTable.Next(pair.Item1, pair.Item2));
            Assert.True(!pair.Item1.IsFinal() || rows.Length == 0);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_the_assignee_says_does_what_the_table_has_and_all_else_is_a_conflict() => Prop.ForAll(
        Gen.Elements(Enum.GetValues<TaskPhase>()).Zip(Gen.Elements(Told)).ToArbitrary(),
        pair =>
        {
            var rig = In(pair.Item1);
            var step = rig.Tell(pair.Item2);
            Assert.Equal(TaskTable.Next(pair.Item1, pair.Item2) is null ? ErrorCode.Conflict : null, step.Fault?.Code);
            Assert.Equal(TaskTable.Next(pair.Item1, pair.Item2) ?? pair.Item1, rig.Phase);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_else_happens_does_what_the_table_has_or_nothing() => Prop.ForAll(
        Gen.Elements(Enum.GetValues<TaskPhase>())
            .Zip(Gen.Elements(TaskChange.Cancel, TaskChange.TimeOut, TaskChange.LoseAssignee, TaskChange.LoseDependency)).ToArbitrary(),
        pair =>
        {
            var (phase, change) = pair;
            var rig = In(phase);
            var next = TaskTable.Next(phase, change) ?? phase;
            switch (change)
            {
                case TaskChange.Cancel:
                    Assert.Equal(next == phase ? ErrorCode.Conflict : null, rig.Decide(new TaskCommand.Cancel(null, null)).Fault?.Code);
                    break;
                case TaskChange.TimeOut:
                    rig.Now += 10_000;
                    break;
                case TaskChange.LoseAssignee:
                    rig.Decide(new TaskCommand.EndSession("w1", 1));

                    // Who is held back loses its assignee only when it is to go to it.
                    next = phase == TaskPhase.Waiting ? phase : next;
                    break;
                default:
                    rig.Decide(new TaskCommand.DependencyEnded("d", Completed: false));
                    break;
            }

            Assert.Equal(next, rig.Phase);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Who_is_held_back_loses_an_assignee_that_is_dead_when_it_is_to_go_to_it()
    {
        var rig = In(TaskPhase.Waiting);
        rig.Decide(new TaskCommand.DependencyEnded("d", Completed: true) { Candidate = TaskRig.W1 with { IsAlive = false } });
        Assert.Equal((TaskPhase.Failed, "\"assignee_lost\""), (rig.Phase, TaskRig.Text(rig.Record.ErrorCode)));
    }

    [Fact]
    public void A_further_attempt_waits_from_each_phase_from_which_the_table_has_one()
    {
        foreach (var (from, _, to) in TaskTable.Rows.Where(row => row.Change == TaskChange.TryAgain))
        {
            var rig = In(from, new TaskRetry(2, false));
            rig.Told(TaskChange.Fail);
            Assert.Equal((to, 1L), (rig.Phase, rig.Record.Generation));
        }
    }

    /// <summary>A task that came to a phase in the shortest way.</summary>
    private static TaskRig In(TaskPhase phase, TaskRetry? retry = null)
    {
        var rig = new TaskRig();
        var order = TaskRig.Order with { TimeoutMs = 10_000, Retry = retry ?? TaskRetry.None };
        if (phase == TaskPhase.Waiting)
        {
            rig.Create(order with { Dependencies = ["d"] }, [TaskPhase.Running]);
            return rig;
        }

        rig.Create(order);
        if (phase == TaskPhase.Cancelled)
        {
            rig.Decide(new TaskCommand.Cancel(null, null));
        }
        else if (phase == TaskPhase.TimedOut)
        {
            rig.Now += 10_000;
        }
        else if (phase != TaskPhase.Assigned)
        {
            rig.Told(Told.Single(change => TaskTable.Next(TaskPhase.Assigned, change) == phase));
        }

        Assert.Equal(phase, rig.Phase);
        return rig;
    }
}
