using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.Mailboxes;

/// <summary>Decides what becomes of one supervisor's messages. No clock, no I/O, no async.</summary>
public static class MailboxMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<MailboxReply> Decide(MailboxState state, MailboxCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        var at = now.ToUnixTimeMilliseconds();
        state.ExpireOverdue(at);
        var step = command switch
        {
            MailboxCommand.Enqueue c => state.Enqueue(c, at),
            MailboxCommand.Receive c => state.Receive(c, at),
            MailboxCommand.Ack c => state.Ack(c, at),
            MailboxCommand.Nack c => state.Nack(c, at),
            MailboxCommand.Return c => state.Return(c),
            MailboxCommand.Extend c => state.Extend(c, at),
            MailboxCommand.ClaimReply c => state.ClaimReply(c, at),
            MailboxCommand.ForgetReply c => state.ForgetReply(c),
            MailboxCommand.Redeliver c => state.Redeliver(c, at),
            MailboxCommand.FindEnded c => state.FindEnded(c),
            MailboxCommand.Subscribe c => state.Subscribe(c),
            MailboxCommand.Unsubscribe c => state.Unsubscribe(c),
            MailboxCommand.Hear c => state.Hear(c, at),
            MailboxCommand.Retire c => state.Retire(c),
            MailboxCommand.ListDeadLetters c => state.ListDeadLetters(c),
            MailboxCommand.Redrive c => state.Redrive(c, at),
            MailboxCommand.PurgeDeadLetters => state.PurgeDeadLetters(at),
            MailboxCommand.Count => state.Count(),
            MailboxCommand.Open => state.Open(),
            MailboxCommand.Close => state.Close(at),
            MailboxCommand.EndLeases => state.EndLeases(at),
            MailboxCommand.Wake => Step<MailboxReply>.Of(MailboxReply.Done.Instance, Rest.Memory),
            _ => throw new UnreachableException(),
        };
        return step with { Effects = state.TakeEffects() };
    }
}
