using System.Net;
using System.Net.Sockets;
using Hms.Grains.Tls;
using Hms.Processes;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace Hms.Grains.Tests.Tls;

/// <summary>Silos and clients over TLS, and those who are kept out while all others go on.</summary>
public sealed class ClusterTests(TlsCluster cluster) : IClassFixture<TlsCluster>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ScratchFolder _folder = new();
    private readonly TestAuthority _other = new("other");
    private int _linesBefore;

    public ValueTask InitializeAsync()
    {
        _linesBefore = cluster.Log.Lines.Length;
        return ValueTask.CompletedTask;
    }

    [Fact]
    public Task Silos_and_a_client_speak_with_one_another() => TlsCluster.AssertBothAnswerAsync(cluster.Client);

    [Fact]
    public async Task Large_messages_arrive_whole_and_many_at_once()
    {
        var random = new Random(1);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async grain =>
        {
            var bytes = new byte[grain * 50_000];
            lock (random)
            {
                random.NextBytes(bytes);
            }

            var (back, _) = await cluster.Client.GetGrain<IEchoGrain>(grain).EchoAsync(bytes).WaitAsync(Patience);
            bytes.AsSpan().Reverse();
            Assert.True(bytes.AsSpan().SequenceEqual(back));
        }));
    }

    [Fact]
    public async Task Client_of_another_authority_is_refused() =>
        await AssertRefusedAsync(Trusting(_other.Write(_folder, "stranger")), "CN=stranger is not accepted");

    [Fact]
    public async Task Client_whose_certificate_has_ended_is_refused() =>
        await AssertRefusedAsync(cluster.Authority.Write(_folder, "ended", TimeSpan.FromMinutes(-1)), "CN=ended is not accepted: NotTimeValid");

    [Fact]
    public async Task Client_without_TLS_is_refused() => await AssertRefusedAsync(null, "TLS failed");

    // The silo may hear of it only afterwards: its own part of the handshake went well.
    [Fact]
    public async Task Client_that_does_not_trust_the_silo_goes_away_itself()
    {
        var options = cluster.Authority.Write(_folder, "distrustful");
        TestAuthority.Write(options.Authority, _other.Pem);

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => cluster.ConnectAsync(options));

        Assert.Contains("the certificate CN=silo is not accepted", refused.ToString(), StringComparison.Ordinal);
        await TlsCluster.AssertBothAnswerAsync(cluster.Client);
    }

    [Fact]
    public async Task Silo_of_another_authority_is_refused() =>
        await AssertNotJoinedAsync(Trusting(_other.Write(_folder, "intruder")), "CN=intruder is not accepted");

    [Fact]
    public async Task Silo_without_TLS_is_refused() => await AssertNotJoinedAsync(null, "TLS failed");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Peer_that_connects_and_says_nothing_is_dropped_and_disturbs_nobody(bool atGateway)
    {
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, atGateway ? cluster.GatewayPort : cluster.SiloPort);
        var here = $":{((IPEndPoint)silent.Client.LocalEndPoint!).Port} is dropped";

        await TlsCluster.AssertBothAnswerAsync(cluster.Client);
        Assert.Equal(0, await ReadToEndAsync(silent));

        Assert.Contains("was not done within", await cluster.Log.HoldsAsync(here), StringComparison.Ordinal);
        Assert.Single(cluster.Log.Lines.Skip(_linesBefore), line => line.Contains(here, StringComparison.Ordinal));
        await TlsCluster.AssertBothAnswerAsync(cluster.Client);
    }

    [Fact]
    public async Task Many_who_send_rubbish_disturb_nobody()
    {
        var peers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            var peer = new TcpClient();
            await peer.ConnectAsync(IPAddress.Loopback, i % 2 == 0 ? cluster.GatewayPort : cluster.SiloPort);
            var rubbish = new byte[i * 100];
            new Random(i).NextBytes(rubbish);
            await peer.GetStream().WriteAsync(rubbish);
            return peer;
        }));

        await TlsCluster.AssertBothAnswerAsync(cluster.Client);
        await Task.WhenAll(peers.Select(ReadToEndAsync));
        await TlsCluster.AssertBothAnswerAsync(cluster.Client);
        Array.ForEach(peers, peer => peer.Dispose());
    }

    public ValueTask DisposeAsync()
    {
        _other.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    // It trusts the cluster, so that it is the cluster that says no.
    private TlsOptions Trusting(TlsOptions stranger)
    {
        TestAuthority.Write(stranger.Authority, cluster.Authority.Pem);
        return stranger;
    }

    private async Task AssertRefusedAsync(TlsOptions? options, string reason)
    {
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.ConnectAsync(options));

        await cluster.Log.HoldsAsync(reason, _linesBefore);
        await TlsCluster.AssertBothAnswerAsync(cluster.Client);
    }

    private async Task AssertNotJoinedAsync(TlsOptions? options, string reason)
    {
        var intruder = cluster.Joining(options);
        using var stop = new CancellationTokenSource();
        var starting = intruder.StartAsync(stop.Token);

        await cluster.Log.HoldsAsync(reason, _linesBefore);
        await TlsCluster.AssertBothAnswerAsync(cluster.Client);
        Assert.False(starting.IsCompletedSuccessfully);
        Assert.Equal(2, (await cluster.Client.GetGrain<IManagementGrain>(0).GetHosts()).Count);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => starting.WaitAsync(Patience));

        // What it has started by then would run on for as long as this process, and take a processor.
        await Record.ExceptionAsync(() => intruder.StopAsync(CancellationToken.None).WaitAsync(Patience));
    }

    /// <summary>How many bytes came before the connection was ended by the other side.</summary>
    private static async Task<int> ReadToEndAsync(TcpClient peer)
    {
        var (buffer, total) = (new byte[1000], 0);
        try
        {
            while (await peer.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Patience) is > 0 and var read)
            {
                total += read;
            }
        }
        catch (IOException)
        {
            // Reset: what it had sent was not read.
        }

        return total;
    }
}
