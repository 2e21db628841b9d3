using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.TopicRegistry;

/// <summary>Decides which topics there are, and who subscribes by patterns. No clock, no I/O, no async.</summary>
public static class TopicRegistryMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<TopicRegistryReply> Decide(TopicRegistryState state, TopicRegistryCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        return command switch
        {
            TopicRegistryCommand.Open c => state.Open(c, now.ToUnixTimeMilliseconds()),
            TopicRegistryCommand.Subscribe c => state.Subscribe(c),
            TopicRegistryCommand.Unsubscribe c => state.Unsubscribe(c),
            TopicRegistryCommand.List c => state.List(c),
            TopicRegistryCommand.Wake => Step<TopicRegistryReply>.Of(TopicRegistryReply.Done.Instance, Rest.Memory),
            _ => throw new UnreachableException(),
        };
    }
}
