namespace Hms.Domain.TopicRegistry;

/// <summary>What can be asked of the registry of topics.</summary>
public abstract record TopicRegistryCommand
{
    private TopicRegistryCommand()
    {
    }

    /// <summary>Makes a topic, where there is none of that name.</summary>
    public sealed record Open(string Topic) : TopicRegistryCommand;

    /// <summary>Subscribes a supervisor to all topics that a pattern matches, now and later.</summary>
    public sealed record Subscribe(string Pattern, string Supervisor, long? From) : TopicRegistryCommand;

    /// <summary>Ends such a subscription.</summary>
    public sealed record Unsubscribe(string Pattern, string Supervisor) : TopicRegistryCommand;

    /// <summary>Lists topics by name.</summary>
    public sealed record List(string After, int Limit) : TopicRegistryCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : TopicRegistryCommand;
}

/// <summary>What the registry of topics answers.</summary>
public abstract record TopicRegistryReply
{
    private TopicRegistryReply()
    {
    }

    /// <summary>There is nothing to say.</summary>
    public sealed record Done : TopicRegistryReply
    {
        /// <summary>The one there is.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>Names of topics.</summary>
    public sealed record Listed(IReadOnlyList<string> Topics, bool More) : TopicRegistryReply;
}
