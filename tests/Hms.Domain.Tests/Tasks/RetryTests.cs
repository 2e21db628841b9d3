using Hms.Domain.Entities;
using Hms.Domain.Tasks;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Tasks;

public sealed class RetryTests
{
    private readonly TaskRig _rig = new();

    [Fact]
    public void A_failed_attempt_is_followed_by_one_of_the_same_until_there_are_no_more()
    {
        _rig.Create(TaskRig.Retrying(2, reassign: false) with { TimeoutMs = 1_000 });
        _rig.Tell(TaskChange.Fail, error: "disk full");
        Assert.Equal(("w1", TaskState.SeekSignal), (_rig.State.Seeks?.Preferred, Assert.Single(_rig.Signals)));
        Assert.Null(_rig.Record.DeadlineAt);
        _rig.Restart();
        _rig.Now += 5_000;
        _rig.Found(TaskRig.W1);
        Assert.Equal(2, Assert.Single(_rig.Posts).Number("generation"));
        Assert.Equal((TaskPhase.Assigned, 2L, _rig.Now + 1_000), (_rig.Phase, _rig.Record.Generation, _rig.Record.DeadlineAt!.Value.ToUnixTimeMilliseconds()));
        _rig.Tell(TaskChange.Fail, error: "still full");
        Assert.Equal((TaskPhase.Failed, "still full"), (_rig.Phase, _rig.Record.Error));
        Assert.Equal(
            [(TaskPhase.Waiting, null), (TaskPhase.Assigned, null), (TaskPhase.Waiting, "disk full"), (TaskPhase.Assigned, null), (TaskPhase.Failed, "still full")],
            _rig.Record.History.Select(happened => (happened.Phase, happened.Reason)));
    }

    [Fact]
    public void A_rejection_is_followed_by_another_and_never_by_the_same()
    {
        _rig.Create(TaskRig.Retrying(3, reassign: true));
        _rig.Tell(TaskChange.Reject, error: "busy");
        Assert.Equal((TaskPhase.Waiting, false), (_rig.Phase, _rig.State.Seeks?.MayRepeat));
        _rig.Found(TaskRig.W1);
        Assert.Equal(TaskPhase.Waiting, _rig.Phase);
        Assert.Contains(TaskState.SeekSignal, _rig.Signals);
        _rig.Found(TaskRig.W2);
        Assert.Equal(("w2", 2L), (_rig.Record.Assignee, _rig.Record.Generation));
        _rig.Tell(TaskChange.Reject, by: "w2");
        Assert.Equal(["w1", "w2"], _rig.State.Seeks?.Tried.Order());
        _rig.Decide(new TaskCommand.GiveUp());
        Assert.Equal(TaskPhase.Failed, _rig.Phase);
    }

    [Fact]
    public void A_rejection_ends_the_task_where_nobody_else_may_have_it_however_many_attempts_are_left()
    {
        _rig.Create(TaskRig.Retrying(5, reassign: false));
        _rig.Tell(TaskChange.Reject, error: "busy");
        Assert.Equal((TaskPhase.Rejected, "busy"), (_rig.Phase, _rig.Record.Error));
    }

    [Fact]
    public void Who_failed_may_have_it_again_where_there_is_nobody_else()
    {
        _rig.Create(TaskRig.Retrying(3, reassign: true));
        _rig.Told(TaskChange.Fail);
        Assert.True(_rig.State.Seeks?.MayRepeat);
        _rig.Restart();
        _rig.Found(TaskRig.W1);
        Assert.Equal(("w1", 2L), (_rig.Record.Assignee, _rig.Record.Generation));
    }

    [Fact]
    public void A_lost_assignee_is_called_off_and_replaced_where_that_was_allowed()
    {
        _rig.Create(TaskRig.Retrying(2, reassign: true));
        _rig.Told(TaskChange.Report);
        _rig.Decide(new TaskCommand.EndSession("w1", 0));
        _rig.Decide(new TaskCommand.EndSession("w2", 9));
        Assert.Equal(TaskPhase.Running, _rig.Phase);
        _rig.Decide(new TaskCommand.EndSession("w1", 1));
        Assert.Equal(("w1", "task_cancellation", 1L), Assert.Single(_rig.Posts) is var post ? (post.To, post.Type, post.Number("generation")) : default);
        Assert.Equal((TaskPhase.Waiting, false), (_rig.Phase, _rig.State.Seeks?.MayRepeat));
        _rig.Decide(new TaskCommand.EndSession("w1", 1));
        Assert.Empty(_rig.Posts);
        _rig.Found(TaskRig.W2);
        Assert.Contains(new OutboxMessage.Attach("w2", 7, EntityKey.Task("t")), _rig.Sent);
        Assert.Equal(("w2", 0.0), (_rig.Record.Assignee, _rig.Record.Progress));

        // The attempt of the first is over.
        Assert.NotNull(_rig.Tell(TaskChange.Complete, by: "w1").Fault);
        _rig.Decide(new TaskCommand.EndSession("w1", 1));
        Assert.Equal(TaskPhase.Assigned, _rig.Phase);
    }

    [Fact]
    public void A_lost_assignee_fails_the_task_where_no_other_may_have_it_or_no_attempt_is_left()
    {
        foreach (var retry in new[] { new TaskRetry(1, true), new TaskRetry(5, false) })
        {
            var rig = new TaskRig();
            rig.Create(TaskRig.Order with { Retry = retry });
            rig.Decide(new TaskCommand.EndSession("w1", 1));
            Assert.Equal([("w1", "task_cancellation"), ("boss", "task_failure")], rig.Posts.Select(post => (post.To, post.Type)));
            Assert.Equal((TaskPhase.Failed, "\"assignee_lost\""), (rig.Phase, TaskRig.Text(rig.Record.ErrorCode)));
        }
    }

    [Fact]
    public void A_late_word_of_a_dependency_does_not_give_the_task_back_to_who_turned_it_down()
    {
        _rig.Create(TaskRig.Retrying(3, reassign: true) with { Dependencies = ["d"] }, [TaskPhase.Running]);
        _rig.Decide(new TaskCommand.DependencyEnded("d", true) { Candidate = TaskRig.W1 });
        foreach (var change in new[] { TaskChange.Reject, TaskChange.Fail })
        {
            _rig.Told(change, by: _rig.Record.Assignee);
            _rig.Decide(new TaskCommand.DependencyEnded("d", true) { Candidate = new SessionView(_rig.Record.Assignee, 1, true) });
            Assert.Equal(TaskPhase.Waiting, _rig.Phase);
            Assert.NotNull(_rig.State.Seeks);
            _rig.Found(TaskRig.W2);
        }

        Assert.Equal("w2", _rig.Record.Assignee);
    }

    [Fact]
    public void What_a_search_was_given_does_not_change_while_it_searches()
    {
        _rig.Create(TaskRig.Retrying(3, reassign: true));
        _rig.Told(TaskChange.Reject);
        var wanted = _rig.State.Seeks!;
        _rig.Found(TaskRig.W2);
        _rig.Told(TaskChange.Reject, by: "w2");
        Assert.Equal(["w1"], wanted.Tried);
    }

    [Fact]
    public void A_hundred_attempts_end_in_one_failure()
    {
        _rig.Create(TaskRig.Retrying(100, reassign: false));
        for (var i = 1; i < 100; i++)
        {
            _rig.Told(TaskChange.Fail);
            _rig.Found(TaskRig.W1);
        }

        _rig.Told(TaskChange.Fail);
        Assert.Equal((TaskPhase.Failed, 100L), (_rig.Phase, _rig.Record.Generation));
    }
}
