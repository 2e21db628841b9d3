using System.Collections;
using System.Reflection;
using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

/// <summary>No decision takes long, and nothing grows for ever.</summary>
public sealed class BoundedWorkTests
{
    private readonly MailboxRig _mailbox = new();

    [Fact]
    public void A_receive_after_a_long_stop_does_not_bury_everything_at_once_and_delivers_nothing_expired()
    {
        for (var i = 0; i < 5_000; i++)
        {
            _mailbox.Send($"{i}", ttl: 1_000);
        }

        _mailbox.Send("live");
        _mailbox.Advance(1_000);
        var step = _mailbox.Decide(new MailboxCommand.Receive(10, TimeSpan.FromSeconds(1)));
        Assert.Equal(5_001, Assert.Single(((MailboxReply.Received)step.Reply!).Messages).Sequence);
        Assert.InRange(step.Effects.Count, 1, 1_000);
        Assert.True(_mailbox.State.NextWake <= MailboxRig.Time(_mailbox.Now));
        for (var wakes = 0; wakes < 5; wakes++)
        {
            _mailbox.Decide(new MailboxCommand.Wake());
        }

        Assert.Equal(5_000, _mailbox.State.DeadLetters);
    }

    [Fact]
    public void Leases_that_end_together_end_a_bounded_part_at_a_time()
    {
        for (var i = 0; i < 2_500; i++)
        {
            _mailbox.Send($"{i}");
        }

        _mailbox.Receive(max: 2_500, leaseMs: 10);
        _mailbox.Advance(10);
        _mailbox.Decide(new MailboxCommand.Wake());
        Assert.Equal((1_000, 1_500), (_mailbox.State.Ready, _mailbox.State.Leased));
    }

    [Fact]
    public void Messages_that_nobody_receives_and_that_expire_leave_nothing_behind()
    {
        var mailbox = new MailboxRig(new MailboxLimits { DeadLettersMax = 10, DedupMax = 10 });
        for (var i = 0; i < 20_000; i++)
        {
            mailbox.Send($"{i}", priority: (Priority)(i % 4), ttl: 1);
            mailbox.Advance(1);
        }

        AssertSmall(mailbox.State, 3_000);
    }

    [Fact]
    public void A_reply_claimed_and_given_back_again_and_again_leaves_nothing_behind()
    {
        _mailbox.Decide(_mailbox.Message("r") with { ReplyHash = 11 });
        var claim = new MailboxCommand.ClaimReply(1, [11], TimeSpan.FromHours(24), true);
        for (var i = 0; i < 20_000; i++)
        {
            _mailbox.Return(Assert.Single(_mailbox.Ask<MailboxReply.Received>(claim).Messages).Receipt);
        }

        AssertSmall(_mailbox.State, 3_000);
    }

    [Fact]
    public void A_lease_extended_again_and_again_leaves_nothing_behind()
    {
        _mailbox.Send("a", ttl: 86_400_000);
        var receipt = _mailbox.ReceiveOne(86_400_000).Receipt;
        for (var i = 0; i < 20_000; i++)
        {
            _mailbox.Advance(1);
            _mailbox.Extend(receipt, 86_400_000);
        }

        AssertSmall(_mailbox.State, 3_000);
    }

    [Fact]
    public void Requesters_that_vanish_leave_nothing_behind()
    {
        for (var i = 1UL; i <= 20_000; i++)
        {
            _mailbox.Decide(new MailboxCommand.ClaimReply(i, [i, i + 100_000], TimeSpan.FromSeconds(1), false));
            _mailbox.Advance(100);
        }

        AssertSmall(_mailbox.State, 3_000);
    }

    // Looks into every collection that the state holds: a leak is one that nothing outside can see.
    private static void AssertSmall(object state, int most)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Queue<object>([state]);
        while (waiting.TryDequeue(out var found))
        {
            if (!seen.Add(found) || found is RowChanges or Delegate or string)
            {
                continue;
            }

            var count = found switch
            {
                ICollection collection => collection.Count,
                _ => found.GetType().GetProperty("Count")?.GetValue(found) as int? ?? 0,
            };
            Assert.True(count <= most, $"{found.GetType()} holds {count}");
            foreach (var field in FieldsOf(found))
            {
                waiting.Enqueue(field);
            }
        }

        Assert.True(seen.Count > 10, "the state's collections were not found");
    }

    private static IEnumerable<object> FieldsOf(object owner)
    {
        if (owner is IEnumerable and not Array && owner.GetType().Namespace!.StartsWith("System", StringComparison.Ordinal))
        {
            return [];
        }

        return owner is object[] items
            ? items.Where(item => item is not null)
            : owner.GetType()
                .GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
                .Select(field => field.FieldType.IsValueType ? null : field.GetValue(owner))
                .OfType<object>();
    }
}
