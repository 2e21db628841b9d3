using Hms.Abstractions;
using Hms.Protocol;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.Problem"), Immutable]
internal struct ProblemSurrogate
{
    [Id(0)] public string Path;
    [Id(1)] public string Message;
}

[RegisterConverter, RegisterCopier]
internal sealed class ProblemConverter : ShallowCopier<Problem>, IConverter<Problem, ProblemSurrogate>
{
    public Problem ConvertFromSurrogate(in ProblemSurrogate surrogate) => new(surrogate.Path, surrogate.Message);

    public ProblemSurrogate ConvertToSurrogate(in Problem value) => new() { Path = value.Path, Message = value.Message };
}

[GenerateSerializer, Alias("hms.wire.Fault"), Immutable]
internal struct FaultSurrogate
{
    [Id(0)] public int Code;
    [Id(1)] public string Message;
    [Id(2)] public Problem[]? Problems;
    [Id(3)] public ReadOnlyMemory<byte> Record;
    [Id(4)] public string SourceMessageId;
    [Id(5)] public TimeSpan? RetryAfter;
}

[RegisterConverter, RegisterCopier]
internal sealed class FaultConverter : ShallowCopier<Fault>, IConverter<Fault, FaultSurrogate>
{
    public Fault ConvertFromSurrogate(in FaultSurrogate surrogate) => new(Known.Code(surrogate.Code), surrogate.Message)
    {
        Problems = surrogate.Problems ?? [],
        Record = surrogate.Record,
        SourceMessageId = surrogate.SourceMessageId,
        RetryAfter = surrogate.RetryAfter,
    };

    public FaultSurrogate ConvertToSurrogate(in Fault value) => new()
    {
        Code = (int)value.Code,
        Message = value.Message,
        Problems = Lists.Pack(value.Problems),
        Record = value.Record,
        SourceMessageId = value.SourceMessageId,
        RetryAfter = value.RetryAfter,
    };
}

[GenerateSerializer, Alias("hms.wire.FaultException"), Immutable]
internal struct FaultExceptionSurrogate
{
    [Id(0)] public Fault Fault;
}

[RegisterConverter, RegisterCopier]
internal sealed class FaultExceptionConverter : ShallowCopier<FaultException>, IConverter<FaultException, FaultExceptionSurrogate>
{
    public FaultException ConvertFromSurrogate(in FaultExceptionSurrogate surrogate) => new(surrogate.Fault);

    public FaultExceptionSurrogate ConvertToSurrogate(in FaultException value) => new() { Fault = value.Fault };
}
