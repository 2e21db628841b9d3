using Hms.Abstractions;
using Hms.Protocol;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.Registration"), Immutable]
internal struct RegistrationSurrogate
{
    [Id(0)] public string SupervisorType;
    [Id(1)] public string[]? Roles;
    [Id(2)] public string[]? Capabilities;
    [Id(3)] public ReadOnlyMemory<byte> PublicKey;
    [Id(4)] public long? HeartbeatIntervalMs;
    [Id(5)] public ReadOnlyMemory<byte> Metadata;
    [Id(6)] public bool Restart;
}

[RegisterConverter, RegisterCopier]
internal sealed class RegistrationConverter : ShallowCopier<Registration>, IConverter<Registration, RegistrationSurrogate>
{
    public Registration ConvertFromSurrogate(in RegistrationSurrogate surrogate) => new(surrogate.SupervisorType)
    {
        Roles = surrogate.Roles ?? [],
        Capabilities = surrogate.Capabilities ?? [],
        PublicKey = surrogate.PublicKey,
        HeartbeatIntervalMs = surrogate.HeartbeatIntervalMs,
        Metadata = surrogate.Metadata,
        Restart = surrogate.Restart,
    };

    public RegistrationSurrogate ConvertToSurrogate(in Registration value) => new()
    {
        SupervisorType = value.SupervisorType,
        Roles = Lists.Pack(value.Roles),
        Capabilities = Lists.Pack(value.Capabilities),
        PublicKey = value.PublicKey,
        HeartbeatIntervalMs = value.HeartbeatIntervalMs,
        Metadata = value.Metadata,
        Restart = value.Restart,
    };
}

[GenerateSerializer, Alias("hms.wire.RegistrationResult"), Immutable]
internal struct RegistrationResultSurrogate
{
    [Id(0)] public bool Created;
    [Id(1)] public SupervisorRecord Record;
}

[RegisterConverter, RegisterCopier]
internal sealed class RegistrationResultConverter
    : ShallowCopier<RegistrationResult>, IConverter<RegistrationResult, RegistrationResultSurrogate>
{
    public RegistrationResult ConvertFromSurrogate(in RegistrationResultSurrogate surrogate) => new(surrogate.Created, surrogate.Record);

    public RegistrationResultSurrogate ConvertToSurrogate(in RegistrationResult value) => new()
    {
        Created = value.Created,
        Record = value.Record,
    };
}

[GenerateSerializer, Alias("hms.wire.Heartbeat"), Immutable]
internal struct HeartbeatSurrogate
{
    [Id(0)] public string? Status;
    [Id(1)] public double? Load;
    [Id(2)] public ReadOnlyMemory<byte> Metrics;
}

[RegisterConverter, RegisterCopier]
internal sealed class HeartbeatConverter : ShallowCopier<Heartbeat>, IConverter<Heartbeat, HeartbeatSurrogate>
{
    public Heartbeat ConvertFromSurrogate(in HeartbeatSurrogate surrogate) => new()
    {
        Status = surrogate.Status,
        Load = surrogate.Load,
        Metrics = surrogate.Metrics,
    };

    public HeartbeatSurrogate ConvertToSurrogate(in Heartbeat value) => new()
    {
        Status = value.Status,
        Load = value.Load,
        Metrics = value.Metrics,
    };
}

[GenerateSerializer, Alias("hms.wire.SupervisorRecord"), Immutable]
internal struct SupervisorRecordSurrogate
{
    [Id(0)] public string Id;
    [Id(1)] public Registration Registration;
    [Id(2)] public int Liveness;
    [Id(3)] public string Session;
    [Id(4)] public DateTimeOffset RegisteredAt;
    [Id(5)] public DateTimeOffset LastSeen;
    [Id(6)] public Heartbeat? LastHeartbeat;
    [Id(7)] public MailboxCounts? Mailbox;
}

[RegisterConverter, RegisterCopier]
internal sealed class SupervisorRecordConverter : ShallowCopier<SupervisorRecord>, IConverter<SupervisorRecord, SupervisorRecordSurrogate>
{
    public SupervisorRecord ConvertFromSurrogate(in SupervisorRecordSurrogate surrogate) => new()
    {
        Id = surrogate.Id,
        Registration = surrogate.Registration,
        Liveness = (Liveness)surrogate.Liveness,
        Session = surrogate.Session,
        RegisteredAt = surrogate.RegisteredAt,
        LastSeen = surrogate.LastSeen,
        LastHeartbeat = surrogate.LastHeartbeat,
        Mailbox = surrogate.Mailbox,
    };

    public SupervisorRecordSurrogate ConvertToSurrogate(in SupervisorRecord value) => new()
    {
        Id = value.Id,
        Registration = value.Registration,
        Liveness = (int)value.Liveness,
        Session = value.Session,
        RegisteredAt = value.RegisteredAt,
        LastSeen = value.LastSeen,
        LastHeartbeat = value.LastHeartbeat,
        Mailbox = value.Mailbox,
    };
}

[GenerateSerializer, Alias("hms.wire.SupervisorQuery"), Immutable]
internal struct SupervisorQuerySurrogate
{
    [Id(0)] public int? Liveness;
    [Id(1)] public string? Role;
    [Id(2)] public string After;
    [Id(3)] public int Limit;
}

[RegisterConverter, RegisterCopier]
internal sealed class SupervisorQueryConverter : ShallowCopier<SupervisorQuery>, IConverter<SupervisorQuery, SupervisorQuerySurrogate>
{
    public SupervisorQuery ConvertFromSurrogate(in SupervisorQuerySurrogate surrogate) => new()
    {
        Liveness = (Liveness?)surrogate.Liveness,
        Role = surrogate.Role,
        After = surrogate.After,
        Limit = surrogate.Limit,
    };

    public SupervisorQuerySurrogate ConvertToSurrogate(in SupervisorQuery value) => new()
    {
        Liveness = (int?)value.Liveness,
        Role = value.Role,
        After = value.After,
        Limit = value.Limit,
    };
}
