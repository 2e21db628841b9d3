using Hms.Domain.Entities;
using Hms.Domain.Tasks;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Tasks;

public sealed class DependencyTests
{
    private readonly TaskRig _rig = new();

    [Fact]
    public void A_task_is_held_back_until_the_last_of_what_it_depends_on_has_completed()
    {
        var record = _rig.Create(TaskRig.Depending("d1", "d2", "d3"), [TaskPhase.Completed, TaskPhase.Running, TaskPhase.Waiting]);
        Assert.Equal((TaskPhase.Waiting, 0L), (record.Phase, record.Generation));
        Assert.Equal(
            [new OutboxMessage.AwaitTask("d2", "t"), new OutboxMessage.AwaitTask("d3", "t")], _rig.Sent.Where(said => said is OutboxMessage.AwaitTask));
        Assert.Null(_rig.State.DurableWake);
        Assert.True(_rig.State.IsQuiescent);
        _rig.Decide(new TaskCommand.DependencyEnded("d3", true) { Candidate = TaskRig.W1 });
        _rig.Decide(new TaskCommand.DependencyEnded("d3", true) { Candidate = TaskRig.W1 });
        _rig.Restart();
        Assert.Equal(TaskPhase.Waiting, _rig.Phase);
        _rig.Decide(new TaskCommand.DependencyEnded("d2", true) { Candidate = TaskRig.W1 });
        Assert.Equal(TaskPhase.Assigned, _rig.Phase);
    }

    [Fact]
    public void What_completed_before_does_not_hold_a_task_back()
    {
        Assert.Equal(TaskPhase.Assigned, _rig.Create(TaskRig.Depending("d1", "d2"), [TaskPhase.Completed, TaskPhase.Completed]).Phase);
        Assert.DoesNotContain(_rig.Sent, said => said is OutboxMessage.AwaitTask);
    }

    [Fact]
    public void What_ended_otherwise_before_fails_the_task_and_its_assigner_is_told()
    {
        foreach (var end in new[] { TaskPhase.Failed, TaskPhase.Cancelled, TaskPhase.Rejected, TaskPhase.TimedOut })
        {
            var rig = new TaskRig();
            Assert.Equal(TaskPhase.Failed, rig.Create(TaskRig.Depending("d1", "d2"), [TaskPhase.Running, end]).Phase);
            var told = Assert.Single(rig.Posts);
            Assert.Equal(("boss", "task_failure", "dependency_failed"), (told.To, told.Type, told.Text("error_code")));
            rig.Decide(new TaskCommand.DependencyEnded("d1", true) { Candidate = TaskRig.W1 });
            Assert.Equal(TaskPhase.Failed, rig.Phase);
        }
    }

    [Fact]
    public void What_fails_later_fails_the_task_once()
    {
        _rig.Create(TaskRig.Depending("d1", "d2"), [TaskPhase.Running, TaskPhase.Running]);
        _rig.Decide(new TaskCommand.DependencyEnded("d1", false) { Candidate = TaskRig.W1 });
        Assert.Single(_rig.Posts);
        _rig.Restart();
        _rig.Decide(new TaskCommand.DependencyEnded("d2", false));
        _rig.Decide(new TaskCommand.DependencyEnded("d1", false));
        Assert.Empty(_rig.Sent);
        Assert.Contains("d1", _rig.Record.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_depends_on_it_is_told_of_its_end_once_also_over_a_restart()
    {
        _rig.Create();
        _rig.Decide(new TaskCommand.Await("x"));
        _rig.Decide(new TaskCommand.Await("x"));
        _rig.Decide(new TaskCommand.Await("y"));
        _rig.Restart();
        _rig.Told(TaskChange.Complete);
        Assert.Equal(
            [new OutboxMessage.TaskEnded("x", "t", true), new OutboxMessage.TaskEnded("y", "t", true)],
            _rig.Sent.OfType<OutboxMessage.TaskEnded>().OrderBy(said => said.Task, StringComparer.Ordinal));
        _rig.Restart();
        Assert.DoesNotContain(_rig.Store.Rows, row => row.Key.Kind == 'w');
    }

    [Fact]
    public void Who_comes_to_depend_on_what_has_ended_is_told_at_once()
    {
        _rig.Create();
        _rig.Told(TaskChange.Complete);
        _rig.Decide(new TaskCommand.Await("x"));
        Assert.Equal([new OutboxMessage.TaskEnded("x", "t", true)], _rig.Sent);

        var failed = new TaskRig();
        failed.Create();
        failed.Told(TaskChange.Fail);
        failed.Decide(new TaskCommand.Await("x"));
        Assert.Equal([new OutboxMessage.TaskEnded("x", "t", false)], failed.Sent);

        var unknown = new TaskRig();
        unknown.Decide(new TaskCommand.Await("x"));
        Assert.Equal([new OutboxMessage.TaskEnded("x", "t", false)], unknown.Sent);
        Assert.True(unknown.State.Changes.IsEmpty);
    }
}
