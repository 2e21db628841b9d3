using Hms.Abstractions;
using Hms.Simulation.Checks;

namespace Hms.Simulation.Clients;

/// <content>Receiving.</content>
internal sealed partial class Supervisor
{
    private const int PageMax = 1_000;
    private static readonly TimeSpan LongestLease = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(1);

    /// <summary>Receives once, and checks what comes.</summary>
    public async Task<Answer<IReadOnlyList<Delivery>>> ReceiveAsync(ReceiveRequest how)
    {
        var begun = Step;
        var answer = await Client.AskAsync("receive", (fabric, stopped) => fabric.Mailbox(Name).ReceiveAsync(how, stopped));
        Inbox.HasLostAnswers |= answer.IsUnknown;
        if (answer.IsDone)
        {
            _arrivals.Take(begun, answer.Value);
        }

        return answer;
    }

    /// <summary>Receives once, in any way; nothing where nothing came, or the answer was lost.</summary>
    public async Task<IReadOnlyList<Delivery>> ReceiveAnyAsync()
    {
        var answer = await ReceiveAsync(new ReceiveRequest
        {
            Max = Dice.Between(1, 5),
            Wait = Dice.Chance(0.5) ? Dice.Delay(TimeSpan.FromSeconds(10)) : TimeSpan.Zero,
            Lease = TimeSpan.FromMilliseconds(Dice.Between(1, (int)LongestLease.TotalMilliseconds)),
        });
        return answer.IsDone ? answer.Value : [];
    }

    /// <summary>Ends messages for good, once.</summary>
    public async Task AckAsync(IReadOnlyList<Delivery> deliveries)
    {
        var receipts = deliveries.Select(delivery => delivery.Receipt).ToArray();
        foreach (var receipt in receipts)
        {
            Inbox.CopyOf(receipt).EndTried = true;
        }

        var answer = await Client.AskAsync($"ack {receipts.Length}", (fabric, stopped) => fabric.Mailbox(Name).AckAsync(receipts, stopped));
        foreach (var receipt in answer.IsDone ? receipts.Except(answer.Value.Stale) : [])
        {
            var copy = Inbox.CopyOf(receipt);
            copy.Ended = Math.Min(copy.Ended, Step);
        }
    }

    /// <summary>Gives a message back, in any way.</summary>
    public async Task GiveBackAsync(Delivery delivery)
    {
        string[] receipts = [delivery.Receipt];
        if (Dice.Chance(0.3))
        {
            await Client.AskAsync("return", (fabric, stopped) => fabric.Mailbox(Name).ReturnAsync(receipts, stopped));
            return;
        }

        var how = new NackRequest(receipts) { DeadLetter = Dice.Chance(0.2), Delay = Dice.Delay(TimeSpan.FromSeconds(10)), Reason = Dice.Chance(0.5) ? "no" : null };
        Inbox.CopyOf(delivery.Receipt).BuryTried |= how.DeadLetter || how.Reason is not null;
        await Client.AskAsync("nack", (fabric, stopped) => fabric.Mailbox(Name).NackAsync(how, stopped));
    }

    public async Task ExtendAsync(Delivery delivery) => await Client.AskAsync(
        "extend", (fabric, stopped) => fabric.Mailbox(Name).ExtendAsync([delivery.Receipt], Dice.Delay(LongestLease) + TimeSpan.FromMilliseconds(1), stopped));

    /// <summary>Makes all dead letters deliverable again.</summary>
    public async Task RedriveAsync()
    {
        Inbox.HasRedriven = true;
        await Client.AskAsync("redrive", (fabric, stopped) => fabric.Mailbox(Name).RedriveAsync(null, stopped));
    }

    /// <summary>When all is over: takes out what is left in the mailbox. Returns how many messages there were.</summary>
    public async Task<int> EmptyAsync()
    {
        for (var taken = 0; ;)
        {
            var answer = await ReceiveAsync(new ReceiveRequest { Max = PageMax, Lease = ShortLease });
            if (!answer.IsUnknown && (!answer.IsDone || answer.Value.Count == 0))
            {
                return taken;
            }

            if (answer.IsUnknown)
            {
                await Client.PauseAsync(RetryPause);
                continue;
            }

            taken += answer.Value.Count;
            foreach (var delivery in answer.Value)
            {
                Inbox.CopyOf(delivery.Receipt).IsLeft = true;
            }

            await AckAsync(answer.Value);
        }
    }

    /// <summary>When all is over: reads the dead letters.</summary>
    public async Task ReadDeadLettersAsync()
    {
        var dead = await Client.AskUntilKnownAsync("read dead letters", (fabric, stopped) => fabric.Mailbox(Name).DeadLettersAsync(0, PageMax, stopped));
        foreach (var letter in dead.IsDone ? dead.Value.Items : [])
        {
            var copy = CopyOfDead(letter);
            copy.IsLeft = true;
            copy.DeadReason = letter.Reason;
        }
    }

    /// <summary>A dead letter does not say by which topic it came: the message does.</summary>
    private Copy CopyOfDead(DeadLetter letter)
    {
        var topic = _arrivals.TopicOf(letter.Message);
        var copy = _arrivals.CopyOf(letter.Message, topic);
        _arrivals.Number(copy, letter.Sequence);
        return copy;
    }
}
