using Hms.Domain.Entities;
using Hms.Domain.Mailboxes;
using Hms.Protocol;

namespace Hms.Domain.Tests.Mailboxes;

/// <summary>Subscriptions are the mailbox's: it tells the topics of them, or the registry of topics where it is a pattern.</summary>
public sealed class SubscriptionTests
{
    private readonly MailboxRig _mailbox = new(new MailboxLimits { SubscriptionsMax = 3 });

    [Fact]
    public void Who_opens_hears_what_goes_to_everybody_and_who_closes_no_longer_hears_anything()
    {
        var mailbox = new MailboxRig(open: false);
        Assert.Equal([new OutboxMessage.Subscribe("*", "runtime", "", null)], Said(mailbox, new MailboxCommand.Open()));
        Assert.Empty(Said(mailbox, new MailboxCommand.Open()));
        Said(mailbox, new MailboxCommand.Subscribe("news", null));
        Said(mailbox, new MailboxCommand.Subscribe("a.>", null));
        mailbox.Restart();

        Assert.Equal(
            [
                new OutboxMessage.Unsubscribe("*", "runtime", ""),
                new OutboxMessage.UnsubscribePattern("a.>", "runtime"),
                new OutboxMessage.Unsubscribe("news", "runtime", ""),
            ],
            Said(mailbox, new MailboxCommand.Close()));
        Assert.Empty(Said(mailbox, new MailboxCommand.Close()));
        mailbox.Restart();
        Assert.Equal([new OutboxMessage.Subscribe("*", "runtime", "", null)], Said(mailbox, new MailboxCommand.Open()));
    }

    [Fact]
    public void A_topic_is_told_itself_and_of_a_pattern_the_registry()
    {
        Assert.Equal(
            [new OutboxMessage.Subscribe("news", "runtime", "", 5)], Said(_mailbox, new MailboxCommand.Subscribe("news", 5)));
        Assert.Equal(
            [new OutboxMessage.SubscribePattern("a.*", "runtime", 0)], Said(_mailbox, new MailboxCommand.Subscribe("a.*", 0)));
        Assert.Equal([new OutboxMessage.Unsubscribe("news", "runtime", "")], Said(_mailbox, new MailboxCommand.Unsubscribe("news")));
        Assert.Equal(
            [new OutboxMessage.UnsubscribePattern("a.*", "runtime")], Said(_mailbox, new MailboxCommand.Unsubscribe("a.*")));
    }

    [Fact]
    public void Subscribing_again_changes_nothing_also_after_a_restart()
    {
        Assert.Equal(1, _mailbox.Ask<MailboxReply.Changed>(new MailboxCommand.Subscribe("news", null)).Count);
        _mailbox.Restart();

        var again = _mailbox.Decide(new MailboxCommand.Subscribe("news", 0));

        Assert.Equal(new MailboxReply.Changed(0), again.Reply);
        Assert.Empty(again.Effects);
        Assert.True(_mailbox.State.Changes.IsEmpty);
    }

    [Fact]
    public void There_are_so_many_subscriptions_and_no_more()
    {
        _mailbox.Ask<MailboxReply.Changed>(new MailboxCommand.Subscribe("a", null));
        _mailbox.Ask<MailboxReply.Changed>(new MailboxCommand.Subscribe("b", null));

        Assert.Equal(ErrorCode.RateLimited, _mailbox.Refused(new MailboxCommand.Subscribe("c", null)).Code);
        Assert.Equal(0, _mailbox.Ask<MailboxReply.Changed>(new MailboxCommand.Subscribe("b", null)).Count);
        _mailbox.Decide(new MailboxCommand.Unsubscribe("a"));
        Assert.Equal(1, _mailbox.Ask<MailboxReply.Changed>(new MailboxCommand.Subscribe("c", null)).Count);
    }

    [Fact]
    public void What_is_not_subscribed_or_not_registered_is_refused()
    {
        Assert.Equal(ErrorCode.DestinationNotFound, _mailbox.Refused(new MailboxCommand.Unsubscribe("news")).Code);
        _mailbox.Decide(new MailboxCommand.Close());
        Assert.Equal(ErrorCode.DestinationNotFound, _mailbox.Refused(new MailboxCommand.Subscribe("news", null)).Code);
        Assert.Equal(ErrorCode.DestinationNotFound, _mailbox.Refused(new MailboxCommand.Unsubscribe("news")).Code);
    }

    private static OutboxMessage[] Said(MailboxRig mailbox, MailboxCommand command) =>
        [.. mailbox.Decide(command).Effects.OfType<Effect.Send>().Select(send => send.Message)];
}
