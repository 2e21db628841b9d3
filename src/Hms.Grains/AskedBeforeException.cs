namespace Hms.Grains;

/// <summary>Says from one silo to another that a call was made before a silo died, and that nothing was done. It goes no further than <see cref="Deaths"/>.</summary>
[GenerateSerializer]
[Alias("hms.AskedBefore")]
internal sealed class AskedBeforeException : Exception
{
    public AskedBeforeException()
        : base("this was asked before a silo of the cluster died, and is to be asked again")
    {
    }
}
