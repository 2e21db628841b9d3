using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.Topics;

/// <summary>Decides what becomes of one topic's messages, and who has heard them. No clock, no I/O, no async.</summary>
public static class TopicMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<TopicReply> Decide(TopicState state, TopicCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        var at = now.ToUnixTimeMilliseconds();
        state.ExpireOverdue(at);
        var step = command switch
        {
            TopicCommand.Publish c => state.Publish(c, at),
            TopicCommand.Open c => state.Open(c),
            TopicCommand.Subscribe c => state.Subscribe(c, at),
            TopicCommand.Unsubscribe c => state.Unsubscribe(c),
            TopicCommand.NextRound => state.NextRound(at),
            TopicCommand.Fed c => state.Fed(c, at),
            TopicCommand.NextSettling => state.NextSettling(),
            TopicCommand.Settled c => state.Settled(c, at),
            TopicCommand.Held c => state.Held(c),
            TopicCommand.Release c => state.Release(c),
            TopicCommand.Read c => state.Read(c),
            TopicCommand.ListSubscribers c => state.ListSubscribers(c),
            TopicCommand.Describe => state.Describe(),
            TopicCommand.Wake => state.Wake(at),
            _ => throw new UnreachableException(),
        };
        return step with { Effects = state.TakeEffects() };
    }
}
