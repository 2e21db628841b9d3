using Hms.Abstractions;
using Hms.Protocol.Coordination;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.SessionView"), Immutable]
internal struct SessionViewSurrogate
{
    [Id(0)] public string Supervisor;
    [Id(1)] public long Number;
    [Id(2)] public bool IsAlive;
}

[RegisterConverter, RegisterCopier]
internal sealed class SessionViewConverter : ShallowCopier<SessionView>, IConverter<SessionView, SessionViewSurrogate>
{
    public SessionView ConvertFromSurrogate(in SessionViewSurrogate surrogate) => new(
        surrogate.Supervisor,
        surrogate.Number,
        surrogate.IsAlive);

    public SessionViewSurrogate ConvertToSurrogate(in SessionView value) => new()
    {
        Supervisor = value.Supervisor,
        Number = value.Number,
        IsAlive = value.IsAlive,
    };
}

[GenerateSerializer, Alias("hms.wire.AbleSupervisor"), Immutable]
internal struct AbleSupervisorSurrogate
{
    [Id(0)] public SessionView Session;
    [Id(1)] public double Load;
}

[RegisterConverter, RegisterCopier]
internal sealed class AbleSupervisorConverter : ShallowCopier<AbleSupervisor>, IConverter<AbleSupervisor, AbleSupervisorSurrogate>
{
    public AbleSupervisor ConvertFromSurrogate(in AbleSupervisorSurrogate surrogate) => new(surrogate.Session, surrogate.Load);

    public AbleSupervisorSurrogate ConvertToSurrogate(in AbleSupervisor value) => new() { Session = value.Session, Load = value.Load };
}

[GenerateSerializer, Alias("hms.wire.Traits"), Immutable]
internal struct TraitsSurrogate
{
    [Id(0)] public string[]? Roles;
    [Id(1)] public string[]? Capabilities;
}

[RegisterConverter, RegisterCopier]
internal sealed class TraitsConverter : ShallowCopier<Traits>, IConverter<Traits, TraitsSurrogate>
{
    public Traits ConvertFromSurrogate(in TraitsSurrogate surrogate) => new(surrogate.Roles ?? [], surrogate.Capabilities ?? []);

    public TraitsSurrogate ConvertToSurrogate(in Traits value) => new()
    {
        Roles = Lists.Pack(value.Roles),
        Capabilities = Lists.Pack(value.Capabilities),
    };
}
