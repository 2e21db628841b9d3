using Hms.Domain.Barriers;
using Hms.Domain.Locks;
using Hms.Domain.Tasks;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.States;

/// <summary>The pages show the tables by which the machines decide.</summary>
public sealed class StatePagesTests
{
    [Fact]
    public void The_page_of_locks_shows_their_table() => new StatePage("locks").MustShow(new StateDiagram(
        StateDiagram.Words(LockPhase.Free),
        [.. LockTable.Rows.Select(row => (StateDiagram.Words(row.From), StateDiagram.Words(row.Event), StateDiagram.Words(row.To)))],
        [.. Enum.GetValues<LockEvent>().Select(happened => (StateDiagram.Words(happened), Meaning(happened)))]));

    [Fact]
    public void The_page_of_barriers_shows_their_table() => new StatePage("barriers").MustShow(new StateDiagram(
        BarrierPhase.Waiting.WireName(),
        [.. BarrierTable.Rows.Select(row => (row.From.WireName(), StateDiagram.Words(row.Event), row.To.WireName()))],
        [.. Enum.GetValues<BarrierEvent>().Select(happened => (StateDiagram.Words(happened), Meaning(happened)))]));

    [Fact]
    public void The_page_of_tasks_shows_their_table() => new StatePage("tasks").MustShow(new StateDiagram(
        TaskPhase.Waiting.WireName(),
        [.. TaskTable.Rows.Select(row => (row.From.WireName(), StateDiagram.Words(row.Change), row.To.WireName()))],
        [.. Enum.GetValues<TaskChange>().Select(change => (StateDiagram.Words(change), Meaning(change)))]));

#pragma warning disable CS8524 // A forgotten member must break the build.
    private static string Meaning(LockEvent happened) => happened switch
    {
        LockEvent.Grant => "it is given to whoever asks, or to the first of those who wait",
        LockEvent.Offer => "the first of those who wait has a session, which is looked at before it gets the lock",
        LockEvent.Withdraw => "nobody waits any more",
        LockEvent.Release => "the holder gave it back, or did not fetch what it was granted",
        LockEvent.Expire => "the lease ran out",
        LockEvent.LoseSession => "the holder's session ended; the lock stays closed for the `lock_delay_ms` that it asked for, which may be 0",
        LockEvent.Open => "that delay is over",
    };

    private static string Meaning(BarrierEvent happened) => happened switch
    {
        BarrierEvent.AllReady => "the last participant arrived, and all are ready",
        BarrierEvent.NotReady => "a participant said that it is not ready",
        BarrierEvent.LoseSession => "the session of a participant ended, or had ended before the barrier was made",
        BarrierEvent.TimeOut => "not all arrived within `timeout_ms`",
        BarrierEvent.CallAgain => "the id is used again, which begins its next generation",
    };

    private static string Meaning(TaskChange change) => change switch
    {
        TaskChange.Assign => "all that it depends on has completed, and it is given to a living supervisor: the next generation begins",
        TaskChange.Accept => "the assignee takes it on",
        TaskChange.Report => "the assignee tells how far it is, from which the timeout counts anew",
        TaskChange.Complete => "the assignee has done it",
        TaskChange.Fail => "the assignee has failed, and there is no further attempt",
        TaskChange.Reject => "the assignee turns it down, and nobody else may have it",
        TaskChange.TryAgain => "the attempt is over, and there is a further one",
        TaskChange.LoseAssignee => "the assignee's session has ended, and there is no further attempt",
        TaskChange.LoseDependency => "a task that it depends on has ended without completing",
        TaskChange.Cancel => "it is called off",
        TaskChange.TimeOut => "nothing was heard of it within `timeout`",
    };
#pragma warning restore CS8524
}
