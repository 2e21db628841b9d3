using Orleans;
using Orleans.Placement;
using Orleans.Runtime;

namespace Hms.Grains.Tests.Tls;

/// <summary>A grain that answers from whichever silo it is on.</summary>
public interface IEchoGrain : IGrainWithIntegerKey
{
    /// <summary>The bytes backwards, and the silo that turned them round.</summary>
    Task<(byte[] Bytes, SiloAddress Silo)> EchoAsync(byte[] bytes);
}

[RandomPlacement]
internal sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<(byte[] Bytes, SiloAddress Silo)> EchoAsync(byte[] bytes) =>
        Task.FromResult((bytes.Reverse().ToArray(), ((IGrainBase)this).GrainContext.Address.SiloAddress!));
}
