namespace Hms.Protocol;

/// <summary>Where a message goes: the four routes of sections 2.1 and 6.</summary>
public enum DestinationKind
{
    /// <summary>One supervisor, by its id (section 6.1).</summary>
    Supervisor,

    /// <summary>All who subscribe to a topic (section 6.2).</summary>
    Topic,

    /// <summary>Every registered supervisor (section 6.3).</summary>
    Everybody,

    /// <summary>The fabric itself, in the part of the Meta-Supervisor.</summary>
    Fabric,
}

/// <summary>A destination, read once: its kind, and the supervisor or topic that it names.</summary>
/// <param name="Kind">Which route.</param>
/// <param name="Name">The supervisor's id or the topic's name.</param>
public readonly record struct Destination(DestinationKind Kind, string Name)
{
    /// <summary>Reads a destination; false where it is none.</summary>
    public static bool TryParse(string text, out Destination destination)
    {
        if (text == Names.Everybody)
        {
            destination = new(DestinationKind.Everybody, text);
            return true;
        }

        if (text.StartsWith(Names.TopicPrefix, StringComparison.Ordinal))
        {
            destination = new(DestinationKind.Topic, text[Names.TopicPrefix.Length..]);
            return Names.IsName(destination.Name);
        }

        destination = new(text == Names.MetaSupervisor ? DestinationKind.Fabric : DestinationKind.Supervisor, text);
        return Names.IsName(text);
    }
}
