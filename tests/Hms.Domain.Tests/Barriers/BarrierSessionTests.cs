using Hms.Domain.Barriers;
using Hms.Domain.Entities;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Barriers;

public sealed class BarrierSessionTests
{
    private readonly BarrierState _state = new("gate", new BarrierLimits());
    private readonly DateTimeOffset _now = new(2027, 1, 15, 8, 0, 0, TimeSpan.Zero);

    /// <summary>It was told of that end before, while it waited for nobody, and took itself for attached still.</summary>
    [Fact]
    public void A_session_that_is_shown_alive_after_its_end_was_told_is_attached_to_again()
    {
        Assert.Contains(Call(), IsAttach);
        Decide(new BarrierCommand.Arrive("a", Ready: true, null));
        Decide(new BarrierCommand.EndSession("a", UpTo: 3));

        Assert.Contains(Call(), IsAttach);
    }

    private static bool IsAttach(Effect effect) => effect is Effect.Send { Message: OutboxMessage.Attach { Supervisor: "a", Session: 3 } };

    private IReadOnlyList<Effect> Call() =>
        Decide(new BarrierCommand.Create(new BarrierCall("gate", "a", ["a"], 1_000), [new SessionView("a", 3, IsAlive: true)]));

    private IReadOnlyList<Effect> Decide(BarrierCommand command) => BarrierMachine.Decide(_state, command, _now).Effects;
}
