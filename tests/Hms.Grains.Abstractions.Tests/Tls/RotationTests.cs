using Hms.Processes;

namespace Hms.Grains.Tests.Tls;

/// <summary>Certificates are exchanged while silos run.</summary>
public sealed class RotationTests(TlsCluster cluster) : IClassFixture<TlsCluster>
{
    // The silos look at their files once a second.
    private const int Tries = 100;

    [Fact]
    public async Task Authority_is_replaced_by_another_without_a_restart()
    {
        using var folder = new ScratchFolder();
        using var next = new TestAuthority("next");
        var former = cluster.Authority.Write(folder, "former");
        var latter = next.Write(folder, "latter");
        await TlsCluster.AssertBothAnswerAsync(await cluster.ConnectAsync(former));

        // First the silos trust both, then they show the new one, then they trust it alone.
        var silo = cluster.Folder.Combine("silo");
        TestAuthority.Write($"{silo}.authority.pem", cluster.Authority.Pem + next.Pem);
        TestAuthority.Write(latter.Authority, cluster.Authority.Pem + next.Pem);
        await TlsCluster.AssertBothAnswerAsync(await cluster.ConnectAsync(latter, Tries));

        next.Write(cluster.Folder, "silo");
        TestAuthority.Write(latter.Authority, next.Pem);
        await TlsCluster.AssertBothAnswerAsync(await cluster.ConnectAsync(latter, Tries));

        TestAuthority.Write(former.Authority, cluster.Authority.Pem + next.Pem);
        var before = cluster.Log.Lines.Length;
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.ConnectAsync(former));
        await cluster.Log.HoldsAsync("CN=former is not accepted", before);

        // Who was connected all the time has noticed nothing.
        await TlsCluster.AssertBothAnswerAsync(cluster.Client);
    }
}
