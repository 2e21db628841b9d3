using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Domain.Coordination;
using Hms.Domain.Tasks;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Tasks;

public sealed class TaskSessionTests
{
    private readonly TaskState _state = new("job", new TaskLimits());
    private readonly DateTimeOffset _now = new(2027, 1, 15, 8, 0, 0, TimeSpan.Zero);

    /// <summary>The end came between two attempts, and the task was given to the dead once more, for ever.</summary>
    [Fact]
    public void A_session_that_is_shown_alive_after_its_end_was_told_is_attached_to_again()
    {
        var alive = new SessionView("worker", 3, IsAlive: true);
        var order = new TaskOrder { Assigner = "boss", Assignee = "worker", TaskType = "work", Retry = new TaskRetry(2, Reassign: false) };
        Assert.Contains(Decide(new TaskCommand.Create(order, [], Traits.None) { Candidate = alive }), IsAttach);
        Decide(new TaskCommand.Tell(TaskChange.Fail, "worker", new Stamp(Fingerprint.OfId("worker", "m1"), 1, null)));
        Decide(new TaskCommand.EndSession("worker", UpTo: 3));

        Assert.Contains(Decide(new TaskCommand.Wake { Candidate = alive }), IsAttach);
    }

    private static bool IsAttach(Effect effect) => effect is Effect.Send { Message: OutboxMessage.Attach { Supervisor: "worker", Session: 3 } };

    private IReadOnlyList<Effect> Decide(TaskCommand command) => TaskMachine.Decide(_state, command, _now).Effects;
}
