using Hms.Domain.Entities;
using Hms.Domain.TaskIndex;
using Hms.Domain.Tasks;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.TaskIndex;

public sealed class TaskIndexTests
{
    private const long Week = 7L * 86_400_000;
    private readonly Rig _rig = new(new TaskLimits { TasksMax = 3 });

    [Fact]
    public void What_comes_late_does_not_count()
    {
        _rig.Note("t1", TaskPhase.Completed, revision: 4, assignee: "w2", endedAt: _rig.Now);
        _rig.Note("t1", TaskPhase.Assigned, revision: 2);
        _rig.Restart();
        _rig.Note("t1", TaskPhase.Running, revision: 3);
        _rig.Note("t1", TaskPhase.Running, revision: 4);
        Assert.Equal(["t1"], _rig.List(assignee: "w2", phase: TaskPhase.Completed));
        Assert.Empty(_rig.List(assignee: "w1"));
        Assert.Empty(_rig.List(phase: TaskPhase.Running));
    }

    [Fact]
    public void A_list_goes_by_name_after_one_up_to_its_limit()
    {
        foreach (var name in new[] { "b", "a", "B" })
        {
            _rig.Note(name, TaskPhase.Waiting, revision: 1);
        }

        Assert.Equal(["B", "a", "b"], _rig.List());
        Assert.Equal(["a"], _rig.List(after: "B", limit: 1));
        Assert.Empty(_rig.List(after: "b"));
    }

    [Fact]
    public void A_task_that_ended_is_kept_for_a_week_and_then_told_that_it_is_forgotten()
    {
        _rig.Note("t1", TaskPhase.Failed, revision: 1, endedAt: Rig.Start);
        _rig.Note("t2", TaskPhase.Running, revision: 1);
        _rig.Restart();
        Assert.Equal(Rig.Start + Week, _rig.State.DurableWake?.ToUnixTimeMilliseconds());
        _rig.Now += Week - 1;
        Assert.Equal(["t1", "t2"], _rig.List());
        Assert.Empty(_rig.Sent);
        _rig.WakeWhenWanted();
        Assert.Equal([new OutboxMessage.ForgetTask("t1")], _rig.Sent);
        Assert.Equal(["t2"], _rig.List());
        _rig.Restart();
        Assert.Null(_rig.State.DurableWake);
        Assert.Equal(1, _rig.Store.RowCount);
    }

    [Fact]
    public void Many_that_are_due_are_forgotten_some_at_a_time()
    {
        var rig = new Rig(new TaskLimits());
        for (var i = 0; i < 600; i++)
        {
            rig.Note($"t{i}", TaskPhase.Completed, revision: 1, endedAt: rig.Now);
        }

        rig.Now += Week;
        var forgotten = 0;
        for (var i = 0; i < 3; i++)
        {
            TaskIndexMachine.Decide(rig.State, new TaskIndexCommand.Wake(), DateTimeOffset.FromUnixTimeMilliseconds(rig.Now)).Effects
                .OfType<Effect.Send>().ToList().ForEach(_ => forgotten++);
        }

        Assert.Equal(600, forgotten);
        Assert.Null(rig.State.NextWake);
    }

    [Fact]
    public void A_full_list_refuses_new_names_and_knows_its_own()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            _rig.Ask<TaskIndexReply.Done>(new TaskIndexCommand.Admit(name));
            _rig.Note(name, TaskPhase.Waiting, revision: 1);
        }

        _rig.Refused(new TaskIndexCommand.Admit("d"), ErrorCode.RateLimited);
        _rig.Ask<TaskIndexReply.Done>(new TaskIndexCommand.Admit("a"));
    }

    [Fact]
    public void Where_there_is_no_room_those_go_that_ended_longest_ago()
    {
        _rig.Note("waits", TaskPhase.Waiting, revision: 1);
        _rig.Note("later", TaskPhase.Completed, revision: 1, endedAt: _rig.Now + 1);
        _rig.Note("first", TaskPhase.Failed, revision: 1, endedAt: _rig.Now);

        _rig.Ask<TaskIndexReply.Done>(new TaskIndexCommand.Admit("new"));

        Assert.Equal(["later", "waits"], _rig.List());
    }

    private sealed class Rig(TaskLimits limits) : MachineRig<TaskIndexState, TaskIndexCommand, TaskIndexReply>
    {
        protected override TaskIndexCommand Wake => new TaskIndexCommand.Wake();

        public void Note(string task, TaskPhase phase, long revision, string assignee = "w1", long endedAt = 0) =>
            Ask<TaskIndexReply.Done>(new TaskIndexCommand.Note(task, assignee, phase, revision, endedAt));

        public IReadOnlyList<string> List(string after = "", int limit = 100, string? assignee = null, TaskPhase? phase = null) =>
            Ask<TaskIndexReply.Listed>(new TaskIndexCommand.List(after, limit, assignee, phase)).Tasks;

        protected override TaskIndexState Create() => new(limits);

        protected override Step<TaskIndexReply> Decide(TaskIndexState state, TaskIndexCommand command, DateTimeOffset now) =>
            TaskIndexMachine.Decide(state, command, now);
    }
}
