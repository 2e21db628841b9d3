using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;

namespace Hms.Domain.Tests.Mailboxes;

/// <summary>What a mailbox does when the session of its supervisor has ended.</summary>
public sealed class EndLeasesTests
{
    [Fact]
    public void What_receivers_hold_is_deliverable_again_at_once_in_its_order_and_counts_as_a_lease_that_ran_out()
    {
        var rig = new MailboxRig();
        rig.Send("m1");
        rig.Send("m2");
        rig.Send("m3");
        var held = rig.Receive(2);
        var step = rig.Decide(new MailboxCommand.EndLeases());
        Assert.Equal(2, step.Effects.Count(effect => effect is Effect.Signal { What: Effect.Signal.Ready }));
        Assert.Contains(step.Effects, effect => effect is Effect.Signal { What: Effect.Signal.Ended });
        var again = rig.Receive();
        Assert.Equal([1L, 2, 3], again.Select(message => message.Sequence));
        Assert.Equal([2, 2, 1], again.Select(message => message.Attempt));
        Assert.Equal(held.Select(message => message.Receipt), rig.Ack([.. held.Select(message => message.Receipt)]).Stale);
    }

    [Fact]
    public void A_message_whose_last_attempt_that_was_becomes_a_dead_letter()
    {
        var rig = new MailboxRig(new MailboxLimits { AttemptsMax = 1 });
        rig.Send("m1");
        rig.ReceiveOne();
        rig.Decide(new MailboxCommand.EndLeases());
        Assert.Equal("max_attempts", Assert.Single(rig.DeadLetters()).Reason);
    }

    [Fact]
    public void Where_nothing_is_held_nothing_happens()
    {
        var rig = new MailboxRig();
        rig.Send("m1");
        rig.Store.Commit(rig.State);
        Assert.Empty(rig.Decide(new MailboxCommand.EndLeases()).Effects);
        Assert.True(rig.State.Changes.IsEmpty);
        Assert.Equal(1, rig.ReceiveOne().Attempt);
    }
}
