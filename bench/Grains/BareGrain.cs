using Orleans.Concurrency;

namespace Hms.Bench.Grains;

/// <summary>A grain that does nothing, to show what a call costs.</summary>
internal interface IBareGrain : IGrainWithStringKey
{
    ValueTask<bool> IsCurrentAsync(long token, CancellationToken cancellationToken);
}

[Reentrant]
internal sealed class BareGrain : Grain, IBareGrain
{
    public ValueTask<bool> IsCurrentAsync(long token, CancellationToken cancellationToken) => new(token == 1);
}
