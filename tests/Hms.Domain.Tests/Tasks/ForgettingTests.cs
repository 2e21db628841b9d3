using Hms.Domain.Entities;
using Hms.Domain.Tasks;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Tasks;

public sealed class ForgettingTests
{
    private readonly TaskRig _rig = new();

    [Fact]
    public void Ties_are_given_up_a_minute_after_the_end_also_where_the_task_leaves_memory_at_once()
    {
        foreach (var leaves in new[] { false, true })
        {
            var rig = new TaskRig();
            rig.Create();
            rig.Told(TaskChange.Complete);
            if (leaves)
            {
                rig.Restart();
            }

            Assert.Equal(TaskRig.Start + 60_000, rig.State.DurableWake?.ToUnixTimeMilliseconds());
            rig.WakeWhenWanted();
            Assert.Equal(
                [new OutboxMessage.Farewell("boss"), new OutboxMessage.Detach("w1", EntityKey.Task("t")), new OutboxMessage.Farewell("w1")],
                rig.Sent.OrderBy(said => said.To.Name, StringComparer.Ordinal));
            rig.Restart();
            Assert.Null(rig.State.DurableWake);
            Assert.DoesNotContain(rig.Store.Rows, row => row.Key.Kind == 't');
        }
    }

    [Fact]
    public void Ties_are_kept_while_the_task_is_under_way()
    {
        _rig.Create();
        for (var i = 0; i < 5; i++)
        {
            _rig.WakeWhenWanted();
            Assert.Empty(_rig.Sent);
            _rig.Restart();
        }

        _rig.Told(TaskChange.Complete);
        Assert.DoesNotContain(_rig.Sent, said => said is OutboxMessage.Attach);
    }

    [Fact]
    public void Nothing_is_left_of_a_task_that_is_forgotten_and_its_name_may_be_used_again()
    {
        _rig.Create(TaskRig.Order with { TimeoutMs = 1_000 });
        _rig.Decide(new TaskCommand.Await("x"));
        _rig.Told(TaskChange.Report);
        _rig.Told(TaskChange.Fail);
        _rig.Commit();
        _rig.Decide(new TaskCommand.Forget());
        Assert.Equal(3, _rig.Sent.Count);
        _rig.Restart();
        Assert.Equal((0, false), (_rig.Store.RowCount, _rig.State.IsKnown));
        Assert.Null(_rig.State.DurableWake);
        Assert.IsType<TaskReply.Unknown>(_rig.Decide(new TaskCommand.Describe()).Reply);
        var record = _rig.Create(TaskRig.Order with { TaskType = "link" });
        Assert.Equal((1L, 2, null), (record.Generation, record.History.Count, record.Error));
    }

    [Fact]
    public void A_name_that_is_used_again_without_a_restart_starts_anew()
    {
        _rig.Create(TaskRig.Retrying(2, reassign: true));
        _rig.Told(TaskChange.Reject);
        _rig.Decide(new TaskCommand.GiveUp());
        _rig.Decide(new TaskCommand.Forget());
        var record = _rig.Create();
        Assert.Equal((TaskPhase.Assigned, 1L, "w1", 0.0), (record.Phase, record.Generation, record.Assignee, record.Progress));
        Assert.Equal((null, 0, 0), (record.Error, record.ErrorCode.Length, record.Result.Length));
    }

    [Fact]
    public void A_task_that_has_not_ended_is_not_forgotten()
    {
        _rig.Create();
        _rig.Decide(new TaskCommand.Forget());
        Assert.Equal(TaskPhase.Assigned, _rig.Phase);
    }

    [Fact]
    public void The_list_is_told_each_change_with_a_growing_revision_and_the_end_with_its_time()
    {
        var said = new List<OutboxMessage.IndexTask>();
        _rig.Create(TaskRig.Retrying(2, reassign: true));
        said.AddRange(_rig.Sent.OfType<OutboxMessage.IndexTask>());
        _rig.Told(TaskChange.Reject);
        said.AddRange(_rig.Sent.OfType<OutboxMessage.IndexTask>());
        _rig.Restart();
        _rig.Found(TaskRig.W2);
        said.AddRange(_rig.Sent.OfType<OutboxMessage.IndexTask>());
        _rig.Now += 5;
        _rig.Told(TaskChange.Complete, by: "w2");
        said.AddRange(_rig.Sent.OfType<OutboxMessage.IndexTask>());
        Assert.Equal([1L, 2, 3, 4, 5], said.Select(one => one.Revision));
        Assert.Equal(
            [TaskPhase.Waiting, TaskPhase.Assigned, TaskPhase.Waiting, TaskPhase.Assigned, TaskPhase.Completed], said.Select(one => (TaskPhase)one.Phase));
        Assert.Equal([0, 0, 0, 0, TaskRig.Start + 5], said.Select(one => one.EndedAtMs));
        Assert.Equal("w2", said[^1].Assignee);
    }
}
