using Hms.Domain.Entities;

namespace Hms.Domain.Sessions;

/// <summary>What can be asked of a supervisor's session.</summary>
public abstract record SessionCommand
{
    private SessionCommand()
    {
    }

    /// <summary>An entity wants to be told when the session of that number ends.</summary>
    /// <param name="For">The entity.</param>
    /// <param name="Number">The session.</param>
    /// <param name="Order">The number of what it said; what it said earlier does not count any more.</param>
    public sealed record Attach(EntityKey For, long Number, long Order) : SessionCommand;

    /// <summary>It does not want to be told any more.</summary>
    public sealed record Detach(EntityKey For, long Order) : SessionCommand;

    /// <summary>The sessions up to that number have ended.</summary>
    public sealed record End(long UpTo) : SessionCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : SessionCommand;
}

/// <summary>What a session answers: nothing.</summary>
public sealed record SessionReply
{
    /// <summary>The one there is.</summary>
    public static SessionReply Done { get; } = new();
}
