using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Entities;

namespace Hms.Domain.Tests.Entities;

public sealed class OutboxMessageTests
{
    private static readonly Gen<string> Names = Gen.Elements("a", "runtime:1", "zoë", new string('n', 256));

    private static readonly Gen<long> Numbers = Gen.Elements(0L, 1, 255, 1L << 40, long.MaxValue);
    private static readonly Gen<long?> Starts = Numbers.Select(number => (long?)number).Or(Gen.Constant((long?)null));

    private static readonly Gen<OutboxMessage> OfTopics =
        from one in Names
        from other in Names.Or(Gen.Constant(""))
        from pattern in Gen.Elements("", "a.*", ">", "**")
        from number in Numbers
        from start in Starts
        from message in Gen.Elements<OutboxMessage>(
            new OutboxMessage.Retire(one, other, number),
            new OutboxMessage.Subscribe(one, other, pattern, start),
            new OutboxMessage.Unsubscribe(one, other, pattern),
            new OutboxMessage.SubscribePattern(pattern, one, start),
            new OutboxMessage.UnsubscribePattern(pattern, one))
        select message;

    [Fact]
    public void Opening_and_closing_are_read_back_as_they_were_written() =>
        Prop.ForAll(Names.ToArbitrary(), name =>
            OutboxMessage.Decode(new OutboxMessage.OpenMailbox(name).Encode()) == new OutboxMessage.OpenMailbox(name)
            && OutboxMessage.Decode(new OutboxMessage.CloseMailbox(name).Encode()) == new OutboxMessage.CloseMailbox(name))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_report_of_expiry_is_read_back_as_it_was_written() =>
        Prop.ForAll<NonNegativeInt, long, long>((sequence, body, at) =>
        {
            var report = new OutboxMessage.ReportExpiry("runtime", sequence.Get, body, at);
            return OutboxMessage.Decode(report.Encode()) == report;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_posted_message_arrives_byte_for_byte() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            var read = (OutboxMessage.Post)OutboxMessage.Decode(new OutboxMessage.Post("runtime", bytes ?? []).Encode());
            return read.To == EntityKey.Mailbox("runtime") && read.Message.Span.SequenceEqual(bytes ?? []);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_topics_and_mailboxes_say_is_read_back_as_it_was_written() =>
        Prop.ForAll(OfTopics.ToArbitrary(), message => OutboxMessage.Decode(message.Encode()) == message).QuickCheckThrowOnFailure();

    [Fact]
    public void Lists_are_read_back_as_they_were_written() =>
        Prop.ForAll(Names.ArrayOf().Zip(Numbers.ArrayOf()).ToArbitrary(), lists =>
        {
            var subscribers = lists.Item1.Select((name, i) => new PatternSubscriber(name, $"{i}.>")).ToArray();
            var opened = (OutboxMessage.OpenTopic)OutboxMessage.Decode(new OutboxMessage.OpenTopic("t", 7, subscribers).Encode());
            var held = (OutboxMessage.Held)OutboxMessage.Decode(new OutboxMessage.Held("t", "zoë", 8, lists.Item2).Encode());
            var released = (OutboxMessage.Release)OutboxMessage.Decode(new OutboxMessage.Release("t", lists.Item2).Encode());
            return released.Sequences.SequenceEqual(lists.Item2) && opened.CreatedAtMs == 7 && opened.Subscribers.SequenceEqual(subscribers)
                && held is { Supervisor: "zoë", UpTo: 8 } && held.Sequences.SequenceEqual(lists.Item2);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_says_to_whom_it_goes()
    {
        Assert.Equal(new EntityKey(EntityKind.Mailbox, "m"), new OutboxMessage.Retire("m", "t", 1).To);
        foreach (var message in (OutboxMessage[])
            [new OutboxMessage.OpenTopic("t", 1, []), new OutboxMessage.Subscribe("t", "m", "", null),
             new OutboxMessage.Unsubscribe("t", "m", ""), new OutboxMessage.Held("t", "m", 1, []), new OutboxMessage.Release("t", [1])])
        {
            Assert.Equal((new EntityKey(EntityKind.Topic, "t"), message.To), (message.To, OutboxMessage.Decode(message.Encode()).To));
        }

        Assert.Equal(EntityKey.Topics, new OutboxMessage.SubscribePattern(">", "m", null).To);
        Assert.Equal(EntityKey.Topics, new OutboxMessage.UnsubscribePattern(">", "m").To);
    }

    [Fact]
    public void The_stored_form_of_what_topics_and_mailboxes_say_never_changes()
    {
        AssertStored("r 0100 6d 0100 74 0700000000000000", new OutboxMessage.Retire("m", "t", 7));
        AssertStored(
            "t 0100 74 0700000000000000 0200000000000000 0100 6d 0100 3e 0100 6e 0200 2a2a",
            new OutboxMessage.OpenTopic("t", 7, [new PatternSubscriber("m", ">"), new PatternSubscriber("n", "**")]));
        AssertStored("s 0100 74 0100 6d 0000 ffffffffffffffff", new OutboxMessage.Subscribe("t", "m", "", null));
        AssertStored("s 0100 74 0100 6d 0100 3e 0200000000000000", new OutboxMessage.Subscribe("t", "m", ">", 2));
        AssertStored("u 0100 74 0100 6d 0100 3e", new OutboxMessage.Unsubscribe("t", "m", ">"));
        AssertStored(
            "h 0100 74 0100 6d 0700000000000000 0200000000000000 0500000000000000 0600000000000000",
            new OutboxMessage.Held("t", "m", 7, [5, 6]));
        AssertStored("l 0100 74 0100000000000000 0700000000000000", new OutboxMessage.Release("t", [7]));

        // The recipient is the one registry.
        AssertStored(
            "S 0600 746f70696373 0100 3e 0100 6d ffffffffffffffff", new OutboxMessage.SubscribePattern(">", "m", null));
        AssertStored("U 0600 746f70696373 0100 3e 0100 6d", new OutboxMessage.UnsubscribePattern(">", "m"));
    }

    [Fact]
    public void The_stored_form_never_changes()
    {
        Assert.Equal("o\u0002\0ab"u8, new OutboxMessage.OpenMailbox("ab").Encode());
        Assert.Equal("c\u0002\0ab"u8, new OutboxMessage.CloseMailbox("ab").Encode());
        Assert.Equal("p\u0002\0abxyz"u8, new OutboxMessage.Post("ab", "xyz"u8.ToArray()).Encode());
        Assert.Equal(
            "e\u0001\0a\u0001\0\0\0\0\0\0\0\u0002\0\0\0\0\0\0\0\u0003\0\0\0\0\0\0\0"u8,
            new OutboxMessage.ReportExpiry("a", 1, 2, 3).Encode());
    }

    [Fact]
    public void A_code_of_another_version_is_an_error_and_not_a_guess()
    {
        var encoded = Encoding.ASCII.GetBytes("?\u0001\0a");
        Assert.Throws<InvalidDataException>(() => OutboxMessage.Decode(encoded));
    }

    /// <summary>The form as a letter and the hexadecimal bytes that follow, blanks apart.</summary>
    private static void AssertStored(string form, OutboxMessage message)
    {
        var bytes = Convert.FromHexString(form[1..].Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal([(byte)form[0], .. bytes], message.Encode());
    }
}
