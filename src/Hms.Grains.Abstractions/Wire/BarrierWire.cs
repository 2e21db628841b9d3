using Hms.Abstractions;
using Hms.Protocol.Coordination;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.BarrierCall"), Immutable]
internal struct BarrierCallSurrogate
{
    [Id(0)] public string BarrierId;
    [Id(1)] public string Initiator;
    [Id(2)] public string[]? Participants;
    [Id(3)] public long TimeoutMs;
}

[RegisterConverter, RegisterCopier]
internal sealed class BarrierCallConverter : ShallowCopier<BarrierCall>, IConverter<BarrierCall, BarrierCallSurrogate>
{
    public BarrierCall ConvertFromSurrogate(in BarrierCallSurrogate surrogate) => new(
        surrogate.BarrierId,
        surrogate.Initiator,
        surrogate.Participants ?? [],
        surrogate.TimeoutMs);

    public BarrierCallSurrogate ConvertToSurrogate(in BarrierCall value) => new()
    {
        BarrierId = value.BarrierId,
        Initiator = value.Initiator,
        Participants = Lists.Pack(value.Participants),
        TimeoutMs = value.TimeoutMs,
    };
}

[GenerateSerializer, Alias("hms.wire.BarrierRecord"), Immutable]
internal struct BarrierRecordSurrogate
{
    [Id(0)] public BarrierCall Call;
    [Id(1)] public int Phase;
    [Id(2)] public string[]? Ready;
    [Id(3)] public string[]? Missing;
    [Id(4)] public long Generation;
    [Id(5)] public string? Reason;
    [Id(6)] public DateTimeOffset CreatedAt;
    [Id(7)] public DateTimeOffset DeadlineAt;
}

[RegisterConverter, RegisterCopier]
internal sealed class BarrierRecordConverter : ShallowCopier<BarrierRecord>, IConverter<BarrierRecord, BarrierRecordSurrogate>
{
    public BarrierRecord ConvertFromSurrogate(in BarrierRecordSurrogate surrogate) => new()
    {
        Call = surrogate.Call,
        Phase = (BarrierPhase)surrogate.Phase,
        Ready = surrogate.Ready ?? [],
        Missing = surrogate.Missing ?? [],
        Generation = surrogate.Generation,
        Reason = surrogate.Reason,
        CreatedAt = surrogate.CreatedAt,
        DeadlineAt = surrogate.DeadlineAt,
    };

    public BarrierRecordSurrogate ConvertToSurrogate(in BarrierRecord value) => new()
    {
        Call = value.Call,
        Phase = (int)value.Phase,
        Ready = Lists.Pack(value.Ready),
        Missing = Lists.Pack(value.Missing),
        Generation = value.Generation,
        Reason = value.Reason,
        CreatedAt = value.CreatedAt,
        DeadlineAt = value.DeadlineAt,
    };
}

[GenerateSerializer, Alias("hms.wire.BarrierCreation"), Immutable]
internal struct BarrierCreationSurrogate
{
    [Id(0)] public bool Created;
    [Id(1)] public BarrierRecord Record;
}

[RegisterConverter, RegisterCopier]
internal sealed class BarrierCreationConverter : ShallowCopier<BarrierCreation>, IConverter<BarrierCreation, BarrierCreationSurrogate>
{
    public BarrierCreation ConvertFromSurrogate(in BarrierCreationSurrogate surrogate) => new(surrogate.Created, surrogate.Record);

    public BarrierCreationSurrogate ConvertToSurrogate(in BarrierCreation value) => new()
    {
        Created = value.Created,
        Record = value.Record,
    };
}
