namespace Hms.Grains.Tests.Wire;

/// <summary>Bytes that no silo wrote are refused; reading always ends.</summary>
public sealed class HostileBytesTests
{
    private const int Timeout = 120_000;

    public static TheoryData<string> Names => RoundTripTests.Names;

    [Theory(Timeout = Timeout)]
    [MemberData(nameof(Names))]
    public Task What_is_cut_off_is_refused(string type) => Task.Run(() =>
    {
        var sample = Find(type);
        var bytes = sample.Write();

        Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.ThrowsAny<Exception>(() => sample.Read(bytes[..length])));
    });

    [Theory(Timeout = Timeout)]
    [MemberData(nameof(Names))]
    public Task What_is_changed_on_the_way_is_read_to_an_end_or_refused(string type) => Task.Run(() =>
    {
        var sample = Find(type);
        var bytes = sample.Write();
        for (var i = 0; i < bytes.Length; i++)
        {
            foreach (var flip in new byte[] { 0x01, 0x80, 0xFF })
            {
                var changed = bytes.ToArray();
                changed[i] ^= flip;
                Assert.IsNotType<OutOfMemoryException>(Record.Exception(() => sample.Read(changed)));
            }
        }
    });

    [Theory(Timeout = Timeout)]
    [InlineData(20261123)]
    public Task Random_bytes_are_refused(int seed) => Task.Run(() =>
    {
        var random = new Random(seed);
        var refused = 0;
        foreach (var sample in FullSamples.All)
        {
            for (var i = 0; i < 200; i++)
            {
                var bytes = new byte[random.Next(1, 400)];
                random.NextBytes(bytes);
                var exception = Record.Exception(() => sample.Read(bytes));
                Assert.IsNotType<OutOfMemoryException>(exception);
                refused += exception is null ? 0 : 1;
            }
        }

        // Now and then chance writes a null.
        Assert.True(refused > FullSamples.All.Count * 190, $"only {refused} were refused");
    });

    private static Sample Find(string type) => FullSamples.All.Single(sample => sample.Value.GetType().Name == type);
}
