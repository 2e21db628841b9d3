using Hms.Domain.Mailboxes;

namespace Hms.Domain.Tests.Mailboxes.Model;

/// <content>What a step means to the machine.</content>
internal sealed partial class ModelRun
{
    private static readonly string[] Garbage = ["", "garbage", "1.1.1", "1.ffff.1.0", "99999999999999999999.1.1.1"];

    private MailboxCommand CommandOf(Op op) => op switch
    {
        Op.Receive receive => new MailboxCommand.Receive(receive.Max, Ms(receive.Lease)),
        Op.Ack ack => new MailboxCommand.Ack(Receipts(ack.Receipts)),
        Op.Nack nack => new MailboxCommand.Nack(Receipts(nack.Receipts), Ms(nack.Delay), nack.Dead, nack.Reason),
        Op.Return give => new MailboxCommand.Return(Receipts(give.Receipts)),
        Op.Extend extend => new MailboxCommand.Extend(Receipts(extend.Receipts), Ms(extend.Lease)),
        Op.Claim claim => new MailboxCommand.ClaimReply(
            RequestOf(claim.Request), [.. claim.Replies.Select(reply => (ulong)reply)], Ms(claim.Lease), claim.Earlier),
        Op.Forget forget => new MailboxCommand.ForgetReply(
            RequestOf(forget.Request), [.. forget.Replies.Select(reply => (ulong)reply)]),
        Op.Redrive redrive => new MailboxCommand.Redrive(Sequences(redrive)),
        Op.ListDead list => new MailboxCommand.ListDeadLetters(list.After, list.Limit),
        Op.Purge => new MailboxCommand.PurgeDeadLetters(),
        Op.Count => new MailboxCommand.Count(),
        Op.Subscribe subscribe => new MailboxCommand.Subscribe(subscribe.Topic, subscribe.From),
        Op.Unsubscribe unsubscribe => new MailboxCommand.Unsubscribe(unsubscribe.Topic),
        Op.Open => new MailboxCommand.Open(),
        Op.Close => new MailboxCommand.Close(),
        _ => new MailboxCommand.Wake(),
    };

    private string[] Receipts(int[] picks)
    {
        var given = _model.Receipts;
        return
        [
            .. picks.Select(pick => pick switch
            {
                < -19 => Garbage[-pick - 20],
                < 0 => _foreign[-pick - 1],
                _ => given.Count == 0 ? "none" : given[^(1 + (pick % given.Count))],
            }),
        ];
    }

    private static long[]? Sequences(Op.Redrive redrive) => redrive.Sequences is null ? null : [.. redrive.Sequences.Select(s => (long)s)];

    private static TimeSpan Ms(long ms) => TimeSpan.FromMilliseconds(ms);

    private static ulong RequestOf(int request) => 1_000 + (ulong)request;
}
