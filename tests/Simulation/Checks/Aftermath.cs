using Hms.Protocol;
using Hms.Simulation.World;

namespace Hms.Simulation.Checks;

/// <summary>What must hold when all is over and every mailbox has been looked into: nothing was lost, and what died did so for a reason.</summary>
internal sealed class Aftermath(SimWorld world)
{
    private readonly Ledger _ledger = world.Ledger;

    public void Check()
    {
        foreach (var sent in _ledger.Messages.Where(sent => sent.Accepted != Sent.Never))
        {
            CheckNotLost(sent);
        }

        foreach (var inbox in _ledger.Inboxes)
        {
            foreach (var copy in inbox.Copies.Values.Where(copy => copy.DeadReason is not null))
            {
                CheckReason(inbox, copy);
            }
        }
    }

    private void CheckNotLost(Sent sent)
    {
        if (sent.PassedTo is { } passedTo)
        {
            foreach (var inbox in passedTo.Distinct().Select(_ledger.InboxOf).Where(inbox => sent.IsSurelyPassedOn && inbox.IsSteady && inbox.Registered < sent.Begun))
            {
                CheckIsThere(sent, inbox, topic: null);
            }
        }
        else if (sent.To.Kind == DestinationKind.Fabric)
        {
            CheckAnswered(sent);
        }
        else if (sent.IsMemory)
        {
            // It may be lost in a crash, and nobody promised anything else.
        }
        else if (sent.IsForSupervisor)
        {
            CheckIsThere(sent, _ledger.InboxOf(sent.To.Name), topic: null);
        }
        else
        {
            foreach (var inbox in _ledger.Inboxes.Where(inbox => inbox.SurelyHears(sent.To.Name, sent)))
            {
                CheckIsThere(sent, inbox, sent.To.Name);
            }
        }
    }

    private void CheckIsThere(Sent sent, Inbox inbox, string? topic)
    {
        if (!inbox.Copies.TryGetValue((sent.Id, topic), out var copy) || copy is { IsLeft: false, EndTried: false })
        {
            world.Fail($"{sent.Id} was accepted at step {sent.Accepted} for {sent.To.Name}, and is lost to {inbox.Name}");
        }
    }

    /// <summary>What is told to the fabric, and is answered, is answered once.</summary>
    private void CheckAnswered(Sent sent)
    {
        var inbox = _ledger.InboxOf(sent.Source);
        if (sent.Type == "supervisor_registration" && inbox.IsSteady)
        {
            CheckTold(inbox, sent.Id, "answer_", once: true);
        }
    }

    private void CheckReason(Inbox inbox, Copy copy)
    {
        var fits = copy.DeadReason switch
        {
            "expired" => copy.IsMortal || copy.Sent is { TtlMs: not null },
            "deregistered" => inbox.Leaving != Sent.Never,
            "max_attempts" => copy.Sequences.Count > 0,
            _ => copy.BuryTried,
        };
        if (!fits)
        {
            world.Fail($"{copy.Id} is a dead letter of {inbox.Name} because of {copy.DeadReason}, which cannot be");
        }

        if (copy is { DeadReason: "expired", Topic: null, Sent: { } sent }
            && _ledger.FindInbox(sent.Source) is { IsSteady: true } source && source.Registered < sent.Begun)
        {
            CheckTold(source, sent.Id, "expired_", once: !inbox.HasRedriven);
        }
    }

    /// <summary>What an entity has to say reaches its recipient, and has one effect there.</summary>
    private void CheckTold(Inbox inbox, string about, string idBegins, bool once)
    {
        var told = inbox.Copies.Values.Count(copy => copy.About == about && copy.Id.StartsWith(idBegins, StringComparison.Ordinal));
        if (told == 0 || (once && told > 1))
        {
            world.Fail($"{inbox.Name} was told {told} times of {about}");
        }
    }
}
