using Hms.Domain.Entities;
using Hms.Domain.Tasks;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Tasks;

public sealed class AssigningTests
{
    private readonly TaskRig _rig = new();

    [Fact]
    public void A_task_goes_to_its_assignee_at_once_where_it_depends_on_nothing()
    {
        var record = _rig.Create(TaskRig.Order with { TimeoutMs = 5_000, Priority = Priority.High });
        Assert.Equal((TaskPhase.Assigned, 1L, TaskRig.Start + 5_000), (record.Phase, record.Generation, record.DeadlineAt!.Value.ToUnixTimeMilliseconds()));
        var assignment = Assert.Single(_rig.Posts);
        Assert.Equal(("w1", "task_assignment", "meta_supervisor", "t"), (assignment.To, assignment.Type, assignment.Source, assignment.Correlation));
        Assert.Equal(("t", "compile", "boss", "high"), (
            assignment.Text("task_id"), assignment.Text("task_type"), assignment.Text("assigner"), assignment.Text("priority")));
        Assert.Equal((1L, 5_000L, "core"), (
            assignment.Number("generation"), assignment.Number("timeout"), assignment.Content.GetProperty("parameters").GetProperty("unit").GetString()));
        Assert.Equal(5_000, assignment.Message.GetProperty("ttl").GetInt64());
        Assert.True(
            _rig.Sent.ToList().FindIndex(said => said is OutboxMessage.Attach) < _rig.Sent.ToList().FindIndex(said => said is OutboxMessage.Post));
        Assert.Contains(new OutboxMessage.Attach("w1", 1, EntityKey.Task("t")), _rig.Sent);
        Assert.Equal([TaskPhase.Waiting, TaskPhase.Assigned], record.History.Select(happened => happened.Phase));
    }

    [Fact]
    public void A_task_ordered_by_message_goes_out_as_it_was_sent()
    {
        var message = Messages.Of("boss", "m1", "w1", "task_assignment", """{"task_id":"t","task_type":"compile","parameters":{},"priority":"normal"}""");
        var command = new TaskCommand.Create(TaskRig.Order, [], Traits.None) { By = Messages.Stamp("boss", "m1"), Message = message, Candidate = TaskRig.W1 };
        Assert.True(_rig.Ask<TaskReply.Described>(command).Created);
        Assert.Equal(message, ((OutboxMessage.Post)_rig.Sent.Single(said => said is OutboxMessage.Post)).Message.ToArray());
        _rig.Restart();
        Assert.IsType<TaskReply.Repeated>(_rig.Decide(command).Reply);
        _rig.Refused(command with { By = Messages.Stamp("boss", "m1", body: 2) }, ErrorCode.Conflict);
    }

    [Fact]
    public void A_message_that_was_held_back_goes_out_after_a_restart_as_it_was_sent()
    {
        var message = Messages.Of("boss", "m1", "w1", "task_assignment", """{"task_id":"t","task_type":"compile","parameters":{},"priority":"normal"}""");
        _rig.Ask<TaskReply.Described>(new TaskCommand.Create(TaskRig.Depending("d"), [TaskPhase.Running], Traits.None)
        {
            By = Messages.Stamp("boss", "m1"),
            Message = message,
            Candidate = TaskRig.W1,
        });
        Assert.Empty(_rig.Posts);
        _rig.Restart();
        _rig.Decide(new TaskCommand.DependencyEnded("d", true) { Candidate = TaskRig.W1 });
        Assert.Equal(message, ((OutboxMessage.Post)_rig.Sent.Single(said => said is OutboxMessage.Post)).Message.ToArray());
    }

    [Fact]
    public void The_same_order_again_makes_nothing_and_another_of_that_name_is_a_conflict_with_the_record()
    {
        _rig.Create();
        _rig.Restart();
        var again = _rig.Ask<TaskReply.Described>(new TaskCommand.Create(TaskRig.Order, [], Traits.None) { Candidate = TaskRig.W1 });
        Assert.False(again.Created);
        Assert.Empty(_rig.Sent);
        var record = _rig.Conflict(new TaskCommand.Create(TaskRig.Order with { TaskType = "link" }, [], Traits.None));
        Assert.Equal(("t", "assigned", "compile"), (
            record.GetProperty("task_id").GetString(), record.GetProperty("state").GetString(), record.GetProperty("task_type").GetString()));
    }

    [Fact]
    public void Nobody_is_looked_at_for_it_wants_a_look()
    {
        _rig.Ask<TaskReply.Described>(new TaskCommand.Create(TaskRig.Order, [], Traits.None));
        Assert.Contains(TaskState.SeekSignal, _rig.Signals);
        Assert.Equal(("w1", DateTimeOffset.UnixEpoch, false), (_rig.State.Seeks?.Preferred, _rig.State.DurableWake, _rig.State.IsQuiescent));
        _rig.Restart();
        _rig.Found(TaskRig.W2);
        Assert.Contains(TaskState.SeekSignal, _rig.Signals);
        Assert.Equal(TaskPhase.Waiting, _rig.Phase);
        _rig.Found(TaskRig.W1);
        Assert.Equal(TaskPhase.Assigned, _rig.Phase);
        Assert.True(_rig.State.IsQuiescent);
    }

    [Fact]
    public void An_assignee_that_is_dead_fails_the_task_at_once_and_its_assigner_is_told()
    {
        var record = _rig.Create(candidate: TaskRig.W1 with { IsAlive = false });
        Assert.Equal((TaskPhase.Failed, 0L), (record.Phase, record.Generation));
        var told = Assert.Single(_rig.Posts);
        Assert.Equal(("boss", "task_failure", "assignee_lost"), (told.To, told.Type, told.Text("error_code")));
    }

    [Fact]
    public void An_assignee_that_is_dead_is_replaced_where_that_was_allowed()
    {
        _rig.Create(TaskRig.Retrying(2, reassign: true), candidate: TaskRig.W1 with { IsAlive = false });
        Assert.Equal(("", false), (_rig.State.Seeks?.Preferred, _rig.State.Seeks?.MayRepeat));
        Assert.Equal(["w1"], _rig.State.Seeks?.Tried);
        Assert.Equal(["runtime"], _rig.State.Seeks?.Traits.Roles);
        _rig.Restart();
        Assert.Equal(["w1"], _rig.State.Seeks?.Tried);
        Assert.Equal(["runtime"], _rig.State.Seeks?.Traits.Roles);
        _rig.Found(TaskRig.W2);
        Assert.Equal(("w2", TaskPhase.Assigned, 1L), (_rig.Record.Assignee, _rig.Phase, _rig.Record.Generation));
    }

    [Fact]
    public void Where_nobody_is_found_the_task_fails()
    {
        _rig.Create(TaskRig.Retrying(2, reassign: true), candidate: TaskRig.W1 with { IsAlive = false });
        _rig.Decide(new TaskCommand.GiveUp());
        Assert.Equal(TaskPhase.Failed, _rig.Phase);
        _rig.Decide(new TaskCommand.GiveUp());
        Assert.Empty(_rig.Sent);
    }

    [Fact]
    public void Nobody_gives_up_a_task_whose_assignee_is_not_settled_yet_or_that_is_under_way()
    {
        _rig.Ask<TaskReply.Described>(new TaskCommand.Create(TaskRig.Order, [], Traits.None));
        _rig.Decide(new TaskCommand.GiveUp());
        Assert.Equal(TaskPhase.Waiting, _rig.Phase);
        _rig.Found(TaskRig.W1);
        _rig.Decide(new TaskCommand.GiveUp());
        Assert.Equal(TaskPhase.Assigned, _rig.Phase);
    }

    [Fact]
    public void A_task_whose_assigner_is_no_supervisor_tells_it_nothing()
    {
        _rig.Create(TaskRig.Order with { Assigner = Names.MetaSupervisor }, candidate: TaskRig.W1 with { IsAlive = false });
        Assert.Empty(_rig.Posts);
    }

    [Fact]
    public void A_task_is_not_found_that_nobody_ordered()
    {
        foreach (var command in (TaskCommand[])[new TaskCommand.Describe(), new TaskCommand.Cancel(null, null), new TaskCommand.Wake(), new TaskCommand.Forget()])
        {
            var reply = _rig.Decide(command).Reply;
            Assert.True(reply is TaskReply.Unknown or TaskReply.Done);
        }

        Assert.IsType<TaskReply.Unknown>(_rig.Tell(TaskChange.Accept).Reply);
        Assert.True(_rig.State.Changes.IsEmpty);
        Assert.Null(_rig.State.DurableWake);
    }

    [Fact]
    public void The_whole_record_is_read_back_as_it_was_written()
    {
        var order = TaskRig.Retrying(3, reassign: true) with { Dependencies = ["d1", "d2"], TimeoutMs = 9_007_199_254_740_991, Priority = Priority.Critical };
        _rig.Create(order, [TaskPhase.Completed, TaskPhase.Completed]);
        _rig.Told(TaskChange.Report);
        var before = _rig.Json.GetRawText();
        _rig.Restart();
        Assert.Equal(before, _rig.Json.GetRawText());
        _rig.Told(TaskChange.Complete);
        before = _rig.Json.GetRawText();
        _rig.Restart();
        Assert.Equal(before, _rig.Json.GetRawText());
    }
}
