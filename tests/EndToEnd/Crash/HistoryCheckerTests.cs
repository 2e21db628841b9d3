using System.Text;
using static Hms.EndToEnd.Tests.Crash.HistoryEvent;

namespace Hms.EndToEnd.Tests.Crash;

/// <summary>The checker finds every kind of broken promise, and blames nobody for what a crash explains.</summary>
public sealed class HistoryCheckerTests
{
    private const string Mailbox = "b";

    [Fact]
    public void A_message_sent_delivered_and_acked_breaks_nothing() => Holds(
        Sent("m", 1, 2), Delivered("m", 3, 4), Acked("m", 5, 6));

    [Fact]
    public void An_acknowledged_message_that_never_arrives_is_found() => Breaks("never delivered", Sent("m", 1, 2));

    [Fact]
    public void A_message_answered_as_duplicate_counts_as_acknowledged() => Breaks("never delivered",
        Sent("m", 1, 2, SendOutcome.Unknown), Sent("m", 3, 4, SendOutcome.Duplicate));

    [Fact]
    public void A_message_without_an_answer_need_not_arrive() => Holds(Sent("m", 1, 2, SendOutcome.Unknown));

    [Fact]
    public void A_message_delivered_once_and_then_gone_without_ack_is_found() => Breaks("gone",
        Sent("m", 1, 2), Delivered("m", 3, 4));

    [Fact]
    public void An_ack_without_an_answer_explains_why_a_message_is_gone() => Holds(
        Sent("m", 1, 2), Delivered("m", 3, 4), Acked("m", 5, 6, confirmed: false));

    [Fact]
    public void An_ack_without_an_answer_explains_nothing_once_the_message_was_delivered_again() => Breaks("gone",
        Sent("m", 1, 2), Delivered("m", 3, 4), Acked("m", 5, 6, confirmed: false), Delivered("m", 7, 8));

    [Fact]
    public void A_delivery_that_began_after_a_confirmed_ack_is_found() => Breaks("after its ack",
        Sent("m", 1, 2), Delivered("m", 3, 4), Acked("m", 5, 6), Delivered("m", 7, 8));

    [Fact]
    public void A_delivery_under_way_while_the_ack_was_is_nobodys_fault() => Holds(
        Sent("m", 1, 2), Delivered("m", 3, 4), Delivered("m", 5, 8), Acked("m", 6, 7));

    [Fact]
    public void A_message_that_nobody_sent_is_found() => Breaks("nobody sent it", Delivered("m", 3, 4), Acked("m", 5, 6));

    [Fact]
    public void A_message_of_a_refused_send_is_found() => Breaks("was refused",
        Sent("m", 1, 2, SendOutcome.Refused), Delivered("m", 3, 4), Acked("m", 5, 6));

    [Fact]
    public void A_message_in_anothers_mailbox_is_found() => Breaks("delivered to c",
        Sent("m", 1, 2), Delivered("m", 3, 4) with { Mailbox = "c" }, Acked("m", 5, 6));

    [Fact]
    public void Changed_bytes_are_found() => Breaks("other bytes",
        Sent("m", 1, 2), Delivered("m", 3, 4) with { Bytes = "{ }"u8.ToArray() }, Acked("m", 5, 6));

    [Fact]
    public void A_message_stored_twice_is_found_by_its_second_sequence() => Breaks("several sequences",
        Sent("m", 1, 2), Delivered("m", 3, 4), Delivered("m", 5, 6) with { Sequence = 7 }, Acked("m", 7, 8));

    [Fact]
    public void A_duplicate_that_was_never_sent_before_is_found() => Breaks("never been sent before",
        Sent("m", 1, 2, SendOutcome.Duplicate), Delivered("m", 3, 4), Acked("m", 5, 6));

    [Fact]
    public void A_repeat_accepted_as_new_is_found() => Breaks("accepted as new",
        Sent("m", 1, 2), Sent("m", 3, 4), Delivered("m", 5, 6), Acked("m", 7, 8));

    [Fact]
    public void A_repeat_accepted_as_new_after_an_unknown_outcome_is_right() => Holds(
        Sent("m", 1, 2, SendOutcome.Unknown), Sent("m", 3, 4), Delivered("m", 5, 6), Acked("m", 7, 8));

    [Fact]
    public void A_later_message_delivered_first_is_found() => Breaks("was delivered before", InWrongOrder());

    [Fact]
    public void Wrong_order_within_one_answer_is_found() => Breaks("was delivered before",
        Sent("m", 1, 2), Sent("n", 3, 4), Delivered("n", 5, 6), Delivered("m", 5, 6) with { Position = 1 }, Acked("m", 7, 8), Acked("n", 7, 8));

    [Fact]
    public void A_later_message_stored_first_is_found_though_a_lost_receive_would_explain_its_delivery() => Breaks("was stored before",
        [.. InWrongOrder().Select(happened => happened is Delivery { Key.Id: "m" } delivery ? delivery with { Sequence = 3 } : happened),
            new LostReceive(5, 6, Mailbox, LeaseEnds: 100)]);

    [Fact]
    public void An_earlier_delivery_whose_answer_came_late_may_hold_the_earlier_message() => Holds(
        [.. InWrongOrder(), Delivered("m", 5, 100)]);

    [Fact]
    public void A_second_delivery_explains_nothing_where_it_too_came_later() => Breaks("was delivered before",
        [.. InWrongOrder(), Delivered("m", 8, 100)]);

    [Fact]
    public void Messages_sent_at_the_same_time_may_arrive_in_any_order() => Holds(
        Sent("m", 1, 4), Sent("n", 3, 5), Delivered("n", 6, 7), Delivered("m", 8, 9), Acked("m", 10, 11), Acked("n", 10, 11));

    [Fact]
    public void Another_priority_may_overtake() => Holds(
        Sent("m", 1, 2), Sent("n", 3, 4) with { Priority = "high" }, Delivered("n", 6, 7), Delivered("m", 8, 9), Acked("m", 10, 11), Acked("n", 10, 11));

    [Fact]
    public void A_lost_receive_may_hold_the_earlier_message_while_its_lease_lasts() => Holds(
        [.. InWrongOrder(), new LostReceive(5, 6, Mailbox, LeaseEnds: 100)]);

    [Fact]
    public void A_lost_receive_explains_nothing_once_its_lease_is_over() => Breaks("was delivered before",
        [.. InWrongOrder(), new LostReceive(3, 4, Mailbox, LeaseEnds: 5)]);

    [Fact]
    public void A_lost_receive_explains_nothing_once_its_process_is_gone() => Breaks("was delivered before",
        [.. InWrongOrder(), new LostReceive(3, 4, Mailbox, LeaseEnds: 100), new ProcessEnded(5)]);

    private static HistoryEvent[] InWrongOrder() =>
        [Sent("m", 1, 2), Sent("n", 3, 4), Delivered("n", 6, 7), Delivered("m", 8, 9), Acked("m", 10, 11), Acked("n", 10, 11)];

    private static MessageKey Key(string id) => new("a", id, Mailbox);

    private static byte[] Bytes(string id) => Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}""");

    private static Send Sent(string id, long began, long ended, SendOutcome outcome = SendOutcome.Accepted) =>
        new(began, ended, Key(id), "normal", Bytes(id), outcome);

    private static Delivery Delivered(string id, long began, long ended) =>
        new(began, ended, Key(id), Mailbox, Position: 0, Sequence: id == "n" ? 2 : 1, Attempt: 1, Bytes(id));

    private static Ack Acked(string id, long began, long ended, bool confirmed = true) => new(began, ended, Key(id), confirmed);

    private static void Holds(params HistoryEvent[] events) => Assert.Empty(HistoryChecker.Check(events));

    /// <summary>One promise is broken, and the finding says so in these words.</summary>
    private static void Breaks(string words, params HistoryEvent[] events) =>
        Assert.Contains(words, Assert.Single(HistoryChecker.Check(events)), StringComparison.Ordinal);
}
