using Hms.Protocol.Coordination;
using Hms.Protocol;

namespace Hms.Domain.Directory;

/// <summary>What the directory answers.</summary>
public abstract record DirectoryReply
{
    private DirectoryReply()
    {
    }

    /// <summary>There is nothing to say.</summary>
    public sealed record Done : DirectoryReply
    {
        /// <summary>The one there is.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>The supervisor is registered.</summary>
    public sealed record Registered(bool Created, RegisteredSupervisor Supervisor) : DirectoryReply;

    /// <summary>The message was there before, and had its effect then.</summary>
    public sealed record Repeated(string? FirstId) : DirectoryReply;

    /// <summary>One supervisor.</summary>
    public sealed record Found(RegisteredSupervisor Supervisor) : DirectoryReply;

    /// <summary>The supervisor's session has ended: it must register again.</summary>
    public sealed record Over(RegisteredSupervisor Supervisor) : DirectoryReply;

    /// <summary>There is nobody like that.</summary>
    public sealed record Nobody : DirectoryReply
    {
        /// <summary>The one there is.</summary>
        public static Nobody Instance { get; } = new();
    }

    /// <summary>What is known of sessions, in the order asked for.</summary>
    public sealed record Sessions(IReadOnlyList<SessionView> Views) : DirectoryReply;

    /// <summary>Some supervisors, by id.</summary>
    public sealed record Listed(IReadOnlyList<RegisteredSupervisor> Supervisors) : DirectoryReply;

    /// <summary>How many there are.</summary>
    public sealed record Counted(int Supervisors) : DirectoryReply;
}

/// <summary>A supervisor as the directory knows it at one moment.</summary>
public sealed record RegisteredSupervisor(
    string Id,
    Registration Registration,
    string Session,
    long SessionNumber,
    DateTimeOffset RegisteredAt,
    DateTimeOffset LastSeen,
    Liveness Liveness,
    Heartbeat? LastHeartbeat);
