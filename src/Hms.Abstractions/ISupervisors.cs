using Hms.Protocol;

namespace Hms.Abstractions;

/// <summary>The supervisors that are registered (section 3.1).</summary>
public interface ISupervisors
{
    /// <summary>
    /// Registers a supervisor, or changes its record. While it is alive its session goes on; with <see cref="Registration.Restart"/>, or
    /// after its death, a new one begins.
    /// </summary>
    ValueTask<RegistrationResult> RegisterAsync(string id, Registration registration, CancellationToken cancellationToken = default);

    /// <summary>One supervisor.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.DestinationNotFound"/> where there is none of that id.</exception>
    ValueTask<SupervisorRecord> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Lists supervisors by id.</summary>
    ValueTask<Page<SupervisorRecord>> ListAsync(SupervisorQuery query, CancellationToken cancellationToken = default);

    /// <summary>Ends a registration; what its mailbox holds becomes dead letters, kept in case it comes back.</summary>
    ValueTask DeregisterAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>A sign of life, with how the supervisor does.</summary>
    ValueTask<SupervisorRecord> HeartbeatAsync(string id, Heartbeat heartbeat, CancellationToken cancellationToken = default);
}

/// <summary>What came of a registration.</summary>
/// <param name="Created">Whether the supervisor was not registered before.</param>
/// <param name="Record">The record.</param>
public sealed record RegistrationResult(bool Created, SupervisorRecord Record);

/// <summary>A supervisor as the fabric knows it.</summary>
public sealed record SupervisorRecord
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What it said of itself last.</summary>
    public required Registration Registration { get; init; }

    /// <summary>Whether it is there.</summary>
    public required Liveness Liveness { get; init; }

    /// <summary>Its session: another one after each restart or death.</summary>
    public required string Session { get; init; }

    /// <summary>When it registered first.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Its last sign of life.</summary>
    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>Its last heartbeat; null where there was none since the fabric started.</summary>
    public Heartbeat? LastHeartbeat { get; init; }

    /// <summary>What its mailbox holds.</summary>
    public MailboxCounts Mailbox { get; init; }
}

/// <summary>How many messages a mailbox holds.</summary>
/// <param name="Ready">Waiting, delayed ones included.</param>
/// <param name="Leased">Delivered and not yet acknowledged.</param>
/// <param name="DeadLetters">Dead letters.</param>
public readonly record struct MailboxCounts(int Ready, int Leased, int DeadLetters);

/// <summary>Which supervisors to list.</summary>
public sealed record SupervisorQuery
{
    /// <summary>Only those of this liveness.</summary>
    public Liveness? Liveness { get; init; }

    /// <summary>Only those with this role.</summary>
    public string? Role { get; init; }

    /// <summary>Only ids after this one.</summary>
    public string After { get; init; } = "";

    /// <summary>At most so many, 1–1,000. Default 100.</summary>
    public int Limit { get; init; } = 100;
}
