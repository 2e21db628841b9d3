using Hms.Abstractions;
using Hms.Protocol;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.EnqueueRequest"), Immutable]
internal struct EnqueueRequestSurrogate
{
    [Id(0)] public ReadOnlyMemory<byte> Message;
    [Id(1)] public string Source;
    [Id(2)] public string Id;
    [Id(3)] public string? CorrelationId;
    [Id(4)] public string? IdempotencyKey;
    [Id(5)] public ulong BodyHash;
    [Id(6)] public int Priority;
    [Id(7)] public long? TtlMs;
    [Id(8)] public int Durability;
    [Id(9)] public string? TraceParent;
}

[RegisterConverter, RegisterCopier]
internal sealed class EnqueueRequestConverter : ShallowCopier<EnqueueRequest>, IConverter<EnqueueRequest, EnqueueRequestSurrogate>
{
    public EnqueueRequest ConvertFromSurrogate(in EnqueueRequestSurrogate surrogate) =>
        new(surrogate.Message, surrogate.Source, surrogate.Id)
    {
        CorrelationId = surrogate.CorrelationId,
        IdempotencyKey = surrogate.IdempotencyKey,
        BodyHash = surrogate.BodyHash,
        Priority = Known.Priority(surrogate.Priority),
        TtlMs = surrogate.TtlMs,
        Durability = Known.Durability(surrogate.Durability),
        TraceParent = surrogate.TraceParent,
    };

    public EnqueueRequestSurrogate ConvertToSurrogate(in EnqueueRequest value) => new()
    {
        Message = value.Message,
        Source = value.Source,
        Id = value.Id,
        CorrelationId = value.CorrelationId,
        IdempotencyKey = value.IdempotencyKey,
        BodyHash = value.BodyHash,
        Priority = (int)value.Priority,
        TtlMs = value.TtlMs,
        Durability = (int)value.Durability,
        TraceParent = value.TraceParent,
    };
}

[GenerateSerializer, Alias("hms.wire.EnqueueResult"), Immutable]
internal struct EnqueueResultSurrogate
{
    [Id(0)] public long Sequence;
    [Id(1)] public bool Duplicate;
    [Id(2)] public string? FirstId;
    [Id(3)] public int Deliveries;
}

[RegisterConverter, RegisterCopier]
internal sealed class EnqueueResultConverter : ShallowCopier<EnqueueResult>, IConverter<EnqueueResult, EnqueueResultSurrogate>
{
    public EnqueueResult ConvertFromSurrogate(in EnqueueResultSurrogate surrogate) => new(
        surrogate.Sequence,
        surrogate.Duplicate,
        surrogate.FirstId,
        surrogate.Deliveries);

    public EnqueueResultSurrogate ConvertToSurrogate(in EnqueueResult value) => new()
    {
        Sequence = value.Sequence,
        Duplicate = value.Duplicate,
        FirstId = value.FirstId,
        Deliveries = value.Deliveries,
    };
}

[GenerateSerializer, Alias("hms.wire.EnqueueOutcome"), Immutable]
internal struct EnqueueOutcomeSurrogate
{
    [Id(0)] public EnqueueResult Result;
    [Id(1)] public Fault? Fault;
}

[RegisterConverter, RegisterCopier]
internal sealed class EnqueueOutcomeConverter : ShallowCopier<EnqueueOutcome>, IConverter<EnqueueOutcome, EnqueueOutcomeSurrogate>
{
    public EnqueueOutcome ConvertFromSurrogate(in EnqueueOutcomeSurrogate surrogate) => new(surrogate.Result, surrogate.Fault);

    public EnqueueOutcomeSurrogate ConvertToSurrogate(in EnqueueOutcome value) => new() { Result = value.Result, Fault = value.Fault };
}

[GenerateSerializer, Alias("hms.wire.ReplyTicket"), Immutable]
internal struct ReplyTicketSurrogate
{
    [Id(0)] public string Requester;
    [Id(1)] public string RequestId;
    [Id(2)] public string Correlation;
    [Id(3)] public string[]? From;
    [Id(4)] public bool Earlier;
}

[RegisterConverter, RegisterCopier]
internal sealed class ReplyTicketConverter : ShallowCopier<ReplyTicket>, IConverter<ReplyTicket, ReplyTicketSurrogate>
{
    public ReplyTicket ConvertFromSurrogate(in ReplyTicketSurrogate surrogate) => new(
        surrogate.Requester,
        surrogate.RequestId,
        surrogate.Correlation,
        surrogate.From ?? [],
        surrogate.Earlier);

    public ReplyTicketSurrogate ConvertToSurrogate(in ReplyTicket value) => new()
    {
        Requester = value.Requester,
        RequestId = value.RequestId,
        Correlation = value.Correlation,
        From = Lists.Pack(value.From),
        Earlier = value.Earlier,
    };
}

[GenerateSerializer, Alias("hms.wire.OutboxDelivery"), Immutable]
internal struct OutboxDeliverySurrogate
{
    [Id(0)] public string Sender;
    [Id(1)] public long Number;
    [Id(2)] public ReadOnlyMemory<byte> Payload;
}

[RegisterConverter, RegisterCopier]
internal sealed class OutboxDeliveryConverter : ShallowCopier<OutboxDelivery>, IConverter<OutboxDelivery, OutboxDeliverySurrogate>
{
    public OutboxDelivery ConvertFromSurrogate(in OutboxDeliverySurrogate surrogate) => new(
        surrogate.Sender,
        surrogate.Number,
        surrogate.Payload);

    public OutboxDeliverySurrogate ConvertToSurrogate(in OutboxDelivery value) => new()
    {
        Sender = value.Sender,
        Number = value.Number,
        Payload = value.Payload,
    };
}

[GenerateSerializer, Alias("hms.wire.Moved"), Immutable]
internal struct MovedSurrogate
{
    [Id(0)] public bool IsKnown;
    [Id(1)] public bool Duplicate;
    [Id(2)] public string? FirstId;
}

[RegisterConverter, RegisterCopier]
internal sealed class MovedConverter : ShallowCopier<Moved>, IConverter<Moved, MovedSurrogate>
{
    public Moved ConvertFromSurrogate(in MovedSurrogate surrogate) => new(surrogate.IsKnown, surrogate.Duplicate, surrogate.FirstId);

    public MovedSurrogate ConvertToSurrogate(in Moved value) => new()
    {
        IsKnown = value.IsKnown,
        Duplicate = value.Duplicate,
        FirstId = value.FirstId,
    };
}
