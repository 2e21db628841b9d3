using Hms.Abstractions;
using Hms.Protocol.Coordination;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.LockBid"), Immutable]
internal struct LockBidSurrogate
{
    [Id(0)] public string Owner;
    [Id(1)] public long LeaseMs;
    [Id(2)] public string? Instance;
    [Id(3)] public long LockDelayMs;
}

[RegisterConverter, RegisterCopier]
internal sealed class LockBidConverter : ShallowCopier<LockBid>, IConverter<LockBid, LockBidSurrogate>
{
    public LockBid ConvertFromSurrogate(in LockBidSurrogate surrogate) => new(surrogate.Owner, surrogate.LeaseMs)
    {
        Instance = surrogate.Instance,
        LockDelayMs = surrogate.LockDelayMs,
    };

    public LockBidSurrogate ConvertToSurrogate(in LockBid value) => new()
    {
        Owner = value.Owner,
        LeaseMs = value.LeaseMs,
        Instance = value.Instance,
        LockDelayMs = value.LockDelayMs,
    };
}

[GenerateSerializer, Alias("hms.wire.LockAnswer"), Immutable]
internal struct LockAnswerSurrogate
{
    [Id(0)] public bool Granted;
    [Id(1)] public long FencingToken;
    [Id(2)] public DateTimeOffset? ExpiresAt;
    [Id(3)] public string? Holder;
    [Id(4)] public int QueuePosition;
    [Id(5)] public bool Renewed;
}

[RegisterConverter, RegisterCopier]
internal sealed class LockAnswerConverter : ShallowCopier<LockAnswer>, IConverter<LockAnswer, LockAnswerSurrogate>
{
    public LockAnswer ConvertFromSurrogate(in LockAnswerSurrogate surrogate) => new(
        surrogate.Granted,
        surrogate.FencingToken,
        surrogate.ExpiresAt,
        surrogate.Holder,
        surrogate.QueuePosition,
        surrogate.Renewed);

    public LockAnswerSurrogate ConvertToSurrogate(in LockAnswer value) => new()
    {
        Granted = value.Granted,
        FencingToken = value.FencingToken,
        ExpiresAt = value.ExpiresAt,
        Holder = value.Holder,
        QueuePosition = value.QueuePosition,
        Renewed = value.Renewed,
    };
}

[GenerateSerializer, Alias("hms.wire.LockTicket"), Immutable]
internal struct LockTicketSurrogate
{
    [Id(0)] public ulong Number;
    [Id(1)] public long Since;
    [Id(2)] public long Session;
}

[RegisterConverter, RegisterCopier]
internal sealed class LockTicketConverter : ShallowCopier<LockTicket>, IConverter<LockTicket, LockTicketSurrogate>
{
    public LockTicket ConvertFromSurrogate(in LockTicketSurrogate surrogate) => new(surrogate.Number, surrogate.Since, surrogate.Session);

    public LockTicketSurrogate ConvertToSurrogate(in LockTicket value) => new()
    {
        Number = value.Number,
        Since = value.Since,
        Session = value.Session,
    };
}

[GenerateSerializer, Alias("hms.wire.LockStanding"), Immutable]
internal struct LockStandingSurrogate
{
    [Id(0)] public LockAnswer Answer;
    [Id(1)] public long Since;
    [Id(2)] public long Session;
}

[RegisterConverter, RegisterCopier]
internal sealed class LockStandingConverter : ShallowCopier<LockStanding>, IConverter<LockStanding, LockStandingSurrogate>
{
    public LockStanding ConvertFromSurrogate(in LockStandingSurrogate surrogate) => new(
        surrogate.Answer,
        surrogate.Since,
        surrogate.Session);

    public LockStandingSurrogate ConvertToSurrogate(in LockStanding value) => new()
    {
        Answer = value.Answer,
        Since = value.Since,
        Session = value.Session,
    };
}

[GenerateSerializer, Alias("hms.wire.LockRecord"), Immutable]
internal struct LockRecordSurrogate
{
    [Id(0)] public string Name;
    [Id(1)] public string? Holder;
    [Id(2)] public string? Instance;
    [Id(3)] public long FencingToken;
    [Id(4)] public DateTimeOffset? ExpiresAt;
    [Id(5)] public DateTimeOffset? ClosedUntil;
    [Id(6)] public string[]? Waiters;
}

[RegisterConverter, RegisterCopier]
internal sealed class LockRecordConverter : ShallowCopier<LockRecord>, IConverter<LockRecord, LockRecordSurrogate>
{
    public LockRecord ConvertFromSurrogate(in LockRecordSurrogate surrogate) => new()
    {
        Name = surrogate.Name,
        Holder = surrogate.Holder,
        Instance = surrogate.Instance,
        FencingToken = surrogate.FencingToken,
        ExpiresAt = surrogate.ExpiresAt,
        ClosedUntil = surrogate.ClosedUntil,
        Waiters = surrogate.Waiters ?? [],
    };

    public LockRecordSurrogate ConvertToSurrogate(in LockRecord value) => new()
    {
        Name = value.Name,
        Holder = value.Holder,
        Instance = value.Instance,
        FencingToken = value.FencingToken,
        ExpiresAt = value.ExpiresAt,
        ClosedUntil = value.ClosedUntil,
        Waiters = Lists.Pack(value.Waiters),
    };
}

[GenerateSerializer, Alias("hms.wire.LockRequest"), Immutable]
internal struct LockRequestSurrogate
{
    [Id(0)] public string LockId;
    [Id(1)] public int Action;
    [Id(2)] public LockBid Bid;
    [Id(3)] public long WaitMs;
    [Id(4)] public long FencingToken;
}

[RegisterConverter, RegisterCopier]
internal sealed class LockRequestConverter : ShallowCopier<LockRequest>, IConverter<LockRequest, LockRequestSurrogate>
{
    public LockRequest ConvertFromSurrogate(in LockRequestSurrogate surrogate) => new(
        surrogate.LockId,
        (LockAction)surrogate.Action,
        surrogate.Bid,
        surrogate.WaitMs,
        surrogate.FencingToken);

    public LockRequestSurrogate ConvertToSurrogate(in LockRequest value) => new()
    {
        LockId = value.LockId,
        Action = (int)value.Action,
        Bid = value.Bid,
        WaitMs = value.WaitMs,
        FencingToken = value.FencingToken,
    };
}
