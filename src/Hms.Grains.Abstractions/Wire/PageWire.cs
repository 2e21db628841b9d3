using Hms.Abstractions;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.Page`1"), Immutable]
internal struct PageSurrogate<T>
{
    [Id(0)] public T[]? Items;
    [Id(1)] public string? Next;
}

[RegisterConverter, RegisterCopier]
internal sealed class PageConverter<T> : ShallowCopier<Page<T>>, IConverter<Page<T>, PageSurrogate<T>>
{
    public Page<T> ConvertFromSurrogate(in PageSurrogate<T> surrogate) => new(surrogate.Items ?? [], surrogate.Next);

    public PageSurrogate<T> ConvertToSurrogate(in Page<T> value) => new() { Items = Lists.Pack(value.Items), Next = value.Next };
}
