using Hms.Abstractions;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.ReceiveRequest"), Immutable]
internal struct ReceiveRequestSurrogate
{
    [Id(0)] public int Max;
    [Id(1)] public TimeSpan Wait;
    [Id(2)] public TimeSpan Lease;
    [Id(3)] public bool AutoAck;
}

[RegisterConverter, RegisterCopier]
internal sealed class ReceiveRequestConverter : ShallowCopier<ReceiveRequest>, IConverter<ReceiveRequest, ReceiveRequestSurrogate>
{
    public ReceiveRequest ConvertFromSurrogate(in ReceiveRequestSurrogate surrogate) => new()
    {
        Max = surrogate.Max,
        Wait = surrogate.Wait,
        Lease = surrogate.Lease,
        AutoAck = surrogate.AutoAck,
    };

    public ReceiveRequestSurrogate ConvertToSurrogate(in ReceiveRequest value) => new()
    {
        Max = value.Max,
        Wait = value.Wait,
        Lease = value.Lease,
        AutoAck = value.AutoAck,
    };
}

[GenerateSerializer, Alias("hms.wire.Delivery"), Immutable]
internal struct DeliverySurrogate
{
    [Id(0)] public string Receipt;
    [Id(1)] public long Sequence;
    [Id(2)] public int Attempt;
    [Id(3)] public DateTimeOffset LeasedUntil;
    [Id(4)] public string? Topic;
    [Id(5)] public string? TraceParent;
    [Id(6)] public ReadOnlyMemory<byte> Message;
}

[RegisterConverter, RegisterCopier]
internal sealed class DeliveryConverter : ShallowCopier<Delivery>, IConverter<Delivery, DeliverySurrogate>
{
    public Delivery ConvertFromSurrogate(in DeliverySurrogate surrogate) => new(
        surrogate.Receipt,
        surrogate.Sequence,
        surrogate.Attempt,
        surrogate.LeasedUntil,
        surrogate.Topic,
        surrogate.TraceParent,
        surrogate.Message);

    public DeliverySurrogate ConvertToSurrogate(in Delivery value) => new()
    {
        Receipt = value.Receipt,
        Sequence = value.Sequence,
        Attempt = value.Attempt,
        LeasedUntil = value.LeasedUntil,
        Topic = value.Topic,
        TraceParent = value.TraceParent,
        Message = value.Message,
    };
}

[GenerateSerializer, Alias("hms.wire.AckResult"), Immutable]
internal struct AckResultSurrogate
{
    [Id(0)] public int Acked;
    [Id(1)] public string[]? Stale;
}

[RegisterConverter, RegisterCopier]
internal sealed class AckResultConverter : ShallowCopier<AckResult>, IConverter<AckResult, AckResultSurrogate>
{
    public AckResult ConvertFromSurrogate(in AckResultSurrogate surrogate) => new(surrogate.Acked, surrogate.Stale ?? []);

    public AckResultSurrogate ConvertToSurrogate(in AckResult value) => new() { Acked = value.Acked, Stale = Lists.Pack(value.Stale) };
}

[GenerateSerializer, Alias("hms.wire.NackRequest"), Immutable]
internal struct NackRequestSurrogate
{
    [Id(0)] public string[]? Receipts;
    [Id(1)] public TimeSpan Delay;
    [Id(2)] public bool DeadLetter;
    [Id(3)] public string? Reason;
}

[RegisterConverter, RegisterCopier]
internal sealed class NackRequestConverter : ShallowCopier<NackRequest>, IConverter<NackRequest, NackRequestSurrogate>
{
    public NackRequest ConvertFromSurrogate(in NackRequestSurrogate surrogate) => new(surrogate.Receipts ?? [])
    {
        Delay = surrogate.Delay,
        DeadLetter = surrogate.DeadLetter,
        Reason = surrogate.Reason,
    };

    public NackRequestSurrogate ConvertToSurrogate(in NackRequest value) => new()
    {
        Receipts = Lists.Pack(value.Receipts),
        Delay = value.Delay,
        DeadLetter = value.DeadLetter,
        Reason = value.Reason,
    };
}

[GenerateSerializer, Alias("hms.wire.DeadLetter"), Immutable]
internal struct DeadLetterSurrogate
{
    [Id(0)] public long Sequence;
    [Id(1)] public string Reason;
    [Id(2)] public DateTimeOffset DeadAt;
    [Id(3)] public int Attempt;
    [Id(4)] public ReadOnlyMemory<byte> Message;
}

[RegisterConverter, RegisterCopier]
internal sealed class DeadLetterConverter : ShallowCopier<DeadLetter>, IConverter<DeadLetter, DeadLetterSurrogate>
{
    public DeadLetter ConvertFromSurrogate(in DeadLetterSurrogate surrogate) => new(
        surrogate.Sequence,
        surrogate.Reason,
        surrogate.DeadAt,
        surrogate.Attempt,
        surrogate.Message);

    public DeadLetterSurrogate ConvertToSurrogate(in DeadLetter value) => new()
    {
        Sequence = value.Sequence,
        Reason = value.Reason,
        DeadAt = value.DeadAt,
        Attempt = value.Attempt,
        Message = value.Message,
    };
}

[GenerateSerializer, Alias("hms.wire.MailboxCounts"), Immutable]
internal struct MailboxCountsSurrogate
{
    [Id(0)] public int Ready;
    [Id(1)] public int Leased;
    [Id(2)] public int DeadLetters;
}

[RegisterConverter, RegisterCopier]
internal sealed class MailboxCountsConverter : ShallowCopier<MailboxCounts>, IConverter<MailboxCounts, MailboxCountsSurrogate>
{
    public MailboxCounts ConvertFromSurrogate(in MailboxCountsSurrogate surrogate) => new(
        surrogate.Ready,
        surrogate.Leased,
        surrogate.DeadLetters);

    public MailboxCountsSurrogate ConvertToSurrogate(in MailboxCounts value) => new()
    {
        Ready = value.Ready,
        Leased = value.Leased,
        DeadLetters = value.DeadLetters,
    };
}
