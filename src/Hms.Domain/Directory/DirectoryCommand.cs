using Hms.Domain.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Directory;

/// <summary>What can be asked of a part of the directory.</summary>
public abstract record DirectoryCommand
{
    private DirectoryCommand()
    {
    }

    /// <summary>Registers a supervisor, or changes its record.</summary>
    /// <param name="Id">The supervisor.</param>
    /// <param name="Registration">What it says of itself.</param>
    /// <param name="NewSession">The session that it gets if a new one begins.</param>
    /// <param name="Answer">A message for it that goes into its mailbox once that is open; empty where none does.</param>
    public sealed record Register(string Id, Registration Registration, string NewSession, ReadOnlyMemory<byte> Answer = default)
        : DirectoryCommand
    {
        /// <summary>Set where it is asked by message.</summary>
        public Stamp? By { get; init; }
    }

    /// <summary>Ends a registration.</summary>
    public sealed record Deregister(string Id) : DirectoryCommand
    {
        /// <summary>Set where it is asked by message.</summary>
        public Stamp? By { get; init; }
    }

    /// <summary>A sign of life.</summary>
    public sealed record Beat(string Id, Heartbeat Heartbeat) : DirectoryCommand;

    /// <summary>Sends a supervisor new settings.</summary>
    /// <param name="Id">The supervisor.</param>
    /// <param name="IntervalMs">How often a heartbeat is expected from now on; null where that stays as it is.</param>
    /// <param name="Message">The message that tells it.</param>
    public sealed record Configure(string Id, long? IntervalMs, ReadOnlyMemory<byte> Message) : DirectoryCommand;

    /// <summary>Asks whether the sessions of some supervisors go on.</summary>
    public sealed record ViewSessions(IReadOnlyList<string> Ids) : DirectoryCommand;

    /// <summary>Asks for a living supervisor with one of these traits, the least busy, that is none of those excepted.</summary>
    public sealed record FindAble(Traits Traits, IReadOnlyCollection<string> Except) : DirectoryCommand;

    /// <summary>Asks for one record.</summary>
    public sealed record Get(string Id) : DirectoryCommand;

    /// <summary>Asks for records by id, after one, at most <paramref name="Limit"/>.</summary>
    public sealed record List(string After, int Limit, Liveness? Liveness, string? Role) : DirectoryCommand;

    /// <summary>Asks how many are registered.</summary>
    public sealed record Count : DirectoryCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : DirectoryCommand;
}
