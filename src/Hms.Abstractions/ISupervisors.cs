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

    /// <summary>A sign of life, with how the supervisor does. What its mailbox holds is left out of the record.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Conflict"/>, with the record, where its session has ended: it must register again.</exception>
    ValueTask<SupervisorRecord> HeartbeatAsync(string id, Heartbeat heartbeat, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends a supervisor new settings, as a <c>supervisor_configuration</c> (section 3.1). A <c>heartbeat_interval_ms</c> in them is
    /// what is expected of it from then on.
    /// </summary>
    /// <param name="id">The supervisor.</param>
    /// <param name="configuration">A JSON object, sent as it is.</param>
    /// <param name="cancellationToken">Stops the waiting, not the message.</param>
    ValueTask<SupervisorRecord> ConfigureAsync(string id, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken = default);
}

/// <summary>What came of a registration.</summary>
/// <param name="Created">Whether the supervisor was not registered before.</param>
/// <param name="Record">The record.</param>
public sealed record RegistrationResult(bool Created, SupervisorRecord Record);

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
