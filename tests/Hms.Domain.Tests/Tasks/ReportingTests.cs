using System.Text;
using System.Text.Json;
using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Domain.Tasks;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Tasks;

public sealed class ReportingTests
{
    private readonly TaskRig _rig = new();

    [Fact]
    public void Progress_before_acceptance_and_a_late_acceptance_leave_the_task_running()
    {
        _rig.Create();
        _rig.Told(TaskChange.Report);
        Assert.Equal((TaskPhase.Running, 0.5), (_rig.Phase, _rig.Record.Progress));
        _rig.Told(TaskChange.Accept);
        Assert.Equal(TaskPhase.Running, _rig.Phase);
        _rig.Told(TaskChange.Complete);
        Assert.Equal((TaskPhase.Completed, 1.0, """{"ok":true}"""), (_rig.Phase, _rig.Record.Progress, TaskRig.Text(_rig.Record.Result)));
        Assert.Equal(
            [TaskPhase.Waiting, TaskPhase.Assigned, TaskPhase.Running, TaskPhase.Completed], _rig.Record.History.Select(happened => happened.Phase));
    }

    [Fact]
    public void A_report_reaches_whom_it_was_sent_to_and_the_assigner_once_each()
    {
        _rig.Create();
        _rig.Tell(TaskChange.Accept);
        Assert.Equal(["boss"], _rig.Posts.Select(post => post.To));
        _rig.Tell(TaskChange.Report, sentTo: "watcher");
        Assert.Equal(["watcher", "boss"], _rig.Posts.Select(post => post.To));
        _rig.Tell(TaskChange.Report, sentTo: "boss");
        Assert.Equal(["boss"], _rig.Posts.Select(post => post.To));
        Assert.All(_rig.Posts, post => Assert.Equal("w1", post.Source));
    }

    [Fact]
    public void A_repeated_report_has_no_second_effect_also_after_a_restart_and_another_body_is_a_conflict()
    {
        _rig.Create();
        _rig.Tell(TaskChange.Report, id: "r1");
        _rig.Restart();
        Assert.IsType<TaskReply.Repeated>(_rig.Tell(TaskChange.Report, id: "r1").Reply);
        Assert.Empty(_rig.Sent);
        _rig.Refused(new TaskCommand.Tell(TaskChange.Report, "w1", Messages.Stamp("w1", "r1", body: 2)), ErrorCode.Conflict);
        _rig.Told(TaskChange.Complete);
        Assert.IsType<TaskReply.Repeated>(_rig.Tell(TaskChange.Report, id: "r1").Reply);
        _rig.Now += 600_000;
        Assert.Equal(ErrorCode.Conflict, _rig.Tell(TaskChange.Report, id: "r1").Fault?.Code);
    }

    [Fact]
    public void A_report_by_another_is_forbidden_and_changes_nothing()
    {
        _rig.Create();
        Assert.Equal(ErrorCode.Forbidden, _rig.Tell(TaskChange.Complete, by: "w2").Fault?.Code);
        Assert.Equal(ErrorCode.Forbidden, _rig.Tell(TaskChange.Complete, by: "boss").Fault?.Code);
        Assert.Equal(TaskPhase.Assigned, _rig.Phase);
    }

    [Fact]
    public void A_report_of_another_generation_is_a_conflict_that_shows_the_current_one()
    {
        _rig.Create(TaskRig.Retrying(2, reassign: false));
        _rig.Told(TaskChange.Fail);
        _rig.Found(TaskRig.W1);
        var fault = _rig.Tell(TaskChange.Complete, generation: 1).Fault;
        Assert.Equal((ErrorCode.Conflict, 2L), (fault?.Code, JsonDocument.Parse(fault!.Record).RootElement.GetProperty("generation").GetInt64()));
        Assert.Equal(ErrorCode.Conflict, _rig.Tell(TaskChange.Complete, generation: 3).Fault?.Code);
        Assert.Null(_rig.Tell(TaskChange.Complete, generation: 2).Fault);
        Assert.Equal(TaskPhase.Completed, _rig.Phase);
    }

    [Fact]
    public void The_first_of_a_completion_and_a_cancellation_wins_and_the_other_is_a_conflict()
    {
        _rig.Create();
        _rig.Told(TaskChange.Complete);
        Assert.Equal("completed", _rig.Conflict(new TaskCommand.Cancel(null, null)).GetProperty("state").GetString());

        var other = new TaskRig();
        other.Create();
        Assert.Equal(TaskPhase.Cancelled, other.Ask<TaskReply.Described>(new TaskCommand.Cancel(null, "no need")).Record.Phase);
        Assert.Equal(ErrorCode.Conflict, other.Tell(TaskChange.Complete).Fault?.Code);
        Assert.Equal(("no need", TaskPhase.Cancelled), (other.Record.Error, other.Phase));
    }

    [Fact]
    public void The_timeout_runs_from_the_assignment_and_anew_from_each_sign_of_progress_but_not_from_acceptance()
    {
        _rig.Create(TaskRig.Order with { TimeoutMs = 1_000 });
        _rig.Now += 600;
        _rig.Told(TaskChange.Accept);
        Assert.Equal(TaskRig.Start + 1_000, _rig.Record.DeadlineAt?.ToUnixTimeMilliseconds());
        _rig.Told(TaskChange.Report);
        _rig.Restart();
        Assert.Equal(TaskRig.Start + 1_600, _rig.State.DurableWake?.ToUnixTimeMilliseconds());
        _rig.Now += 999;
        Assert.Equal(TaskPhase.Running, _rig.Phase);
        _rig.WakeWhenWanted();
        Assert.Equal(TaskRig.Start + 1_600, _rig.Now);
        Assert.Equal([("boss", "task_failure"), ("w1", "task_cancellation")], _rig.Posts.Select(post => (post.To, post.Type)));
        Assert.Contains(Effect.Signal.Ended, _rig.Signals);
        Assert.Equal((TaskPhase.TimedOut, "\"timed_out\"", null), (_rig.Phase, TaskRig.Text(_rig.Record.ErrorCode), _rig.Record.DeadlineAt));
        Assert.Equal(ErrorCode.Conflict, _rig.Tell(TaskChange.Complete).Fault?.Code);
    }

    [Fact]
    public void What_comes_at_the_moment_of_the_timeout_comes_too_late()
    {
        _rig.Create(TaskRig.Order with { TimeoutMs = 1_000 });
        _rig.Now += 1_000;
        Assert.Equal(ErrorCode.Conflict, _rig.Tell(TaskChange.Complete).Fault?.Code);
    }

    [Fact]
    public void A_timeout_longer_than_there_are_dates_never_ends()
    {
        var record = _rig.Create(TaskRig.Order with { TimeoutMs = 9_007_199_254_740_991 });
        Assert.Null(record.DeadlineAt);
        _rig.Told(TaskChange.Report);
        _rig.Now += 365L * 86_400_000;
        Assert.Equal(TaskPhase.Running, _rig.Phase);
    }

    [Fact]
    public void Cancellation_reaches_the_assignee_and_an_assigner_that_did_not_ask_for_it()
    {
        _rig.Create();
        _rig.Decide(new TaskCommand.Cancel("operator", "enough"));
        Assert.Equal([("w1", "operator", "enough"), ("boss", "operator", "enough")], _rig.Posts.Select(post => (post.To, post.Text("by")!, post.Text("reason")!)));
        Assert.All(_rig.Posts, post => Assert.Equal(("task_cancellation", "t"), (post.Type, post.Text("task_id"))));
        _rig.Restart();
        Assert.Equal((TaskPhase.Cancelled, "enough"), (_rig.Phase, _rig.Record.Error));
    }

    [Fact]
    public void Cancellation_by_message_reaches_the_assignee_as_it_was_sent_and_only_the_assigner_may()
    {
        _rig.Create();
        var message = Messages.Of("boss", "c1", "w1", "task_cancellation", """{"task_id":"t"}""");
        _rig.Refused(new TaskCommand.Cancel("w1", null) { Stamp = Messages.Stamp("w1", "c1"), Message = message }, ErrorCode.Forbidden);
        var command = new TaskCommand.Cancel("boss", "no need") { Stamp = Messages.Stamp("boss", "c1"), Message = message };
        _rig.Ask<TaskReply.Described>(command);
        Assert.Equal(message, ((OutboxMessage.Post)Assert.Single(_rig.Sent, said => said is OutboxMessage.Post)).Message.ToArray());
        _rig.Restart();
        Assert.IsType<TaskReply.Repeated>(_rig.Decide(command).Reply);
    }

    [Fact]
    public void A_task_that_is_cancelled_while_it_is_held_back_reaches_nobody()
    {
        _rig.Create(TaskRig.Depending("d"), [TaskPhase.Waiting]);
        _rig.Decide(new TaskCommand.Cancel(null, null));
        Assert.Empty(_rig.Posts);
        _rig.Decide(new TaskCommand.DependencyEnded("d", true) { Candidate = TaskRig.W1 });
        Assert.Empty(_rig.Posts);
        Assert.Equal(TaskPhase.Cancelled, _rig.Phase);
    }

    [Fact]
    public void Errors_of_a_mebibyte_and_error_codes_of_any_kind_are_read_back()
    {
        var huge = string.Concat(Enumerable.Repeat("é", 524_288));
        foreach (var code in new[] { "", "42", "\"E_DISK\"", $"\"{new string('c', 100_000)}\"" })
        {
            var rig = new TaskRig();
            rig.Create();
            rig.Decide(new TaskCommand.Tell(TaskChange.Fail, "w1", Messages.Stamp("w1", "f")) { Error = huge, ErrorCode = Encoding.UTF8.GetBytes(code) });
            rig.Restart();
            Assert.Equal((TaskPhase.Failed, huge, code), (rig.Phase, rig.Record.Error, TaskRig.Text(rig.Record.ErrorCode)));
            Assert.Equal(1_024, rig.Record.History[^1].Reason?.Length);
        }
    }

    [Fact]
    public void A_reason_that_is_cut_inside_a_character_is_still_text()
    {
        _rig.Create();
        _rig.Decide(new TaskCommand.Cancel(null, new string('x', 1_023) + "😀"));
        Assert.NotEqual(default, _rig.Json);
        var before = _rig.Json.GetRawText();
        _rig.Restart();
        Assert.Equal(before, _rig.Json.GetRawText());
    }

    [Fact]
    public void The_history_keeps_its_latest_part()
    {
        var rig = new TaskRig(new TaskLimits { HistoryMax = 5 });
        rig.Create(TaskRig.Retrying(100, reassign: false));
        for (var i = 0; i < 10; i++)
        {
            rig.Told(TaskChange.Fail);
            rig.Found(TaskRig.W1);
            rig.Restart();
        }

        var history = rig.Record.History;
        Assert.Equal((5, 11L, TaskPhase.Assigned), (history.Count, history[^1].Generation, history[^1].Phase));
        Assert.Equal(5, rig.Store.Rows.Count(row => row.Key.Kind == 'y'));
    }

    [Fact]
    public void Many_reports_do_not_grow_what_is_stored_without_end()
    {
        var rig = new TaskRig(new TaskLimits { Common = new CoordinationLimits { DedupMax = 10 } });
        rig.Create();
        for (var i = 0; i < 100; i++)
        {
            rig.Told(TaskChange.Report);
            rig.Commit();
        }

        Assert.True(rig.Store.RowCount < 30, $"{rig.Store.RowCount} rows");
    }
}
