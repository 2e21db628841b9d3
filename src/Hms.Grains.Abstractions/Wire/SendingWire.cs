using Hms.Abstractions;
using Hms.Protocol;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.SendRequest"), Immutable]
internal struct SendRequestSurrogate
{
    [Id(0)] public ReadOnlyMemory<byte> Message;
    [Id(1)] public int Durability;
    [Id(2)] public string? IdempotencyKey;
    [Id(3)] public string? TraceParent;
}

[RegisterConverter, RegisterCopier]
internal sealed class SendRequestConverter : ShallowCopier<SendRequest>, IConverter<SendRequest, SendRequestSurrogate>
{
    public SendRequest ConvertFromSurrogate(in SendRequestSurrogate surrogate) => new(surrogate.Message)
    {
        Durability = Known.Durability(surrogate.Durability),
        IdempotencyKey = surrogate.IdempotencyKey,
        TraceParent = surrogate.TraceParent,
    };

    public SendRequestSurrogate ConvertToSurrogate(in SendRequest value) => new()
    {
        Message = value.Message,
        Durability = (int)value.Durability,
        IdempotencyKey = value.IdempotencyKey,
        TraceParent = value.TraceParent,
    };
}

[GenerateSerializer, Alias("hms.wire.SendReceipt"), Immutable]
internal struct SendReceiptSurrogate
{
    [Id(0)] public string Id;
    [Id(1)] public int Deliveries;
    [Id(2)] public bool Duplicate;
    [Id(3)] public int Durability;
    [Id(4)] public SendOutcome[]? Results;
}

[RegisterConverter, RegisterCopier]
internal sealed class SendReceiptConverter : ShallowCopier<SendReceipt>, IConverter<SendReceipt, SendReceiptSurrogate>
{
    public SendReceipt ConvertFromSurrogate(in SendReceiptSurrogate surrogate) =>
        new(surrogate.Id, surrogate.Deliveries, surrogate.Duplicate, Known.Durability(surrogate.Durability))
    {
        Results = surrogate.Results,
    };

    public SendReceiptSurrogate ConvertToSurrogate(in SendReceipt value) => new()
    {
        Id = value.Id,
        Deliveries = value.Deliveries,
        Duplicate = value.Duplicate,
        Durability = (int)value.Durability,
        Results = Lists.Pack(value.Results),
    };
}

[GenerateSerializer, Alias("hms.wire.SendOutcome"), Immutable]
internal struct SendOutcomeSurrogate
{
    [Id(0)] public SendReceipt Receipt;
    [Id(1)] public Fault? Fault;
}

[RegisterConverter, RegisterCopier]
internal sealed class SendOutcomeConverter : ShallowCopier<SendOutcome>, IConverter<SendOutcome, SendOutcomeSurrogate>
{
    public SendOutcome ConvertFromSurrogate(in SendOutcomeSurrogate surrogate) => new(surrogate.Receipt, surrogate.Fault);

    public SendOutcomeSurrogate ConvertToSurrogate(in SendOutcome value) => new() { Receipt = value.Receipt, Fault = value.Fault };
}

[GenerateSerializer, Alias("hms.wire.ErrorReply"), Immutable]
internal struct ErrorReplySurrogate
{
    [Id(0)] public int Code;
    [Id(1)] public ReadOnlyMemory<byte> Content;
}

[RegisterConverter, RegisterCopier]
internal sealed class ErrorReplyConverter : ShallowCopier<ErrorReply>, IConverter<ErrorReply, ErrorReplySurrogate>
{
    public ErrorReply ConvertFromSurrogate(in ErrorReplySurrogate surrogate) => new(Known.Code(surrogate.Code), surrogate.Content);

    public ErrorReplySurrogate ConvertToSurrogate(in ErrorReply value) => new() { Code = (int)value.Code, Content = value.Content };
}

[GenerateSerializer, Alias("hms.wire.FabricStatus"), Immutable]
internal struct FabricStatusSurrogate
{
    [Id(0)] public string Engine;
    [Id(1)] public string Storage;
    [Id(2)] public string? Problem;
    [Id(3)] public int? Supervisors;
    [Id(4)] public Dictionary<string, long>? Counters;
}

[RegisterConverter, RegisterCopier]
internal sealed class FabricStatusConverter : ShallowCopier<FabricStatus>, IConverter<FabricStatus, FabricStatusSurrogate>
{
    public FabricStatus ConvertFromSurrogate(in FabricStatusSurrogate surrogate) => new(
        surrogate.Engine,
        surrogate.Storage,
        surrogate.Problem,
        surrogate.Supervisors,
        surrogate.Counters ?? []);

    public FabricStatusSurrogate ConvertToSurrogate(in FabricStatus value) => new()
    {
        Engine = value.Engine,
        Storage = value.Storage,
        Problem = value.Problem,
        Supervisors = value.Supervisors,
        Counters = Lists.Pack(value.Counters),
    };
}
