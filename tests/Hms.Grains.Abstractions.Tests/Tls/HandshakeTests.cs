using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hms.Grains.Tls;
using Hms.Processes;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hms.Grains.Tests.Tls;

/// <summary>Handshakes over pipes in memory: who is let in by whom.</summary>
public sealed class HandshakeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Both = [TestAuthority.ForServers, TestAuthority.ForClients];

    private readonly ScratchFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly LogBook _log = new();

    [Fact]
    public async Task Two_of_one_authority_hear_one_another()
    {
        var (server, client) = await MeetAsync(_authority.Write(_folder, "server"), _authority.Write(_folder, "client"));

        Assert.Equal("from client", server);
        Assert.Equal("from server", client);
        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Peer_may_speak_either_version(SslProtocols version)
    {
        var silo = _authority.Write(_folder, "server");

        await using var peer = await KnockAsync(silo, new SslClientAuthenticationOptions
        {
            ClientCertificateContext = TlsIdentity.Read(_authority.Write(_folder, "client")).Shown,
            EnabledSslProtocols = version,
        });

        Assert.Equal(version, peer.SslProtocol);
        Assert.Equal("from server", await HearAsync(peer));
    }

    [Fact]
    public async Task Peer_that_may_choose_gets_the_latest_version()
    {
        await using var peer = await KnockAsync(_authority.Write(_folder, "server"), new SslClientAuthenticationOptions
        {
            ClientCertificateContext = TlsIdentity.Read(_authority.Write(_folder, "client")).Shown,
        });

        Assert.Equal(SslProtocols.Tls13, peer.SslProtocol);
    }

    [Fact]
    public async Task Certificates_between_the_peer_and_the_authority_are_shown_and_followed()
    {
        using var between = _authority.Under("between");
        var client = between.Write(_folder, "client");
        TestAuthority.Write(client.Certificate, await File.ReadAllTextAsync(client.Certificate) + between.Pem);
        TestAuthority.Write(client.Authority, _authority.Pem);

        Assert.Equal(("from client", "from server"), await MeetAsync(_authority.Write(_folder, "server"), client));
        Assert.Equal(("from client", "from server"), await MeetAsync(client, _authority.Write(_folder, "server")));
    }

    [Fact]
    public async Task Of_several_authorities_each_may_have_signed()
    {
        using var next = new TestAuthority("next");
        var server = _authority.Write(_folder, "server");
        var client = next.Write(_folder, "client");
        foreach (var options in new[] { server, client })
        {
            TestAuthority.Write(options.Authority, _authority.Pem + next.Pem);
        }

        Assert.Equal(("from client", "from server"), await MeetAsync(server, client));
    }

    [Fact]
    public async Task Peer_that_another_authority_has_signed_for_is_refused_by_either_side_in_one_line()
    {
        using var other = new TestAuthority();
        var stranger = other.Write(_folder, "stranger");
        TestAuthority.Write(stranger.Authority, _authority.Pem + other.Pem);

        Assert.Equal((null, null), await MeetAsync(_authority.Write(_folder, "server"), stranger));
        Assert.Contains("CN=stranger is not accepted", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Equal((null, null), await MeetAsync(stranger, _authority.Write(_folder, "client")));
        Assert.Single(_log.Lines.Skip(1), line => line.Contains("CN=stranger is not accepted", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-60 * 24)]
    public async Task Certificate_that_has_ended_is_refused(int minutes)
    {
        var ended = _authority.Write(_folder, "ended", TimeSpan.FromMinutes(minutes));

        Assert.Equal((null, null), await MeetAsync(_authority.Write(_folder, "server"), ended));

        Assert.Contains("CN=ended is not accepted: NotTimeValid", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Certificate_that_says_what_it_is_for_is_taken_for_that_alone(bool forServers, bool forClients)
    {
        var limited = _authority.Write(
            _folder, "limited", null, [.. Both.Where(use => use == TestAuthority.ForServers ? forServers : forClients)]);

        var asServer = await MeetAsync(limited, _authority.Write(_folder, "client"));
        var asClient = await MeetAsync(_authority.Write(_folder, "server"), limited);

        Assert.Equal(forServers ? "from client" : null, asServer.Server);
        Assert.Equal(forClients ? "from client" : null, asClient.Server);
    }

    [Fact]
    public async Task Peer_that_shows_no_certificate_is_refused()
    {
        await using var peer = await KnockAsync(_authority.Write(_folder, "server"), new SslClientAuthenticationOptions());

        await Assert.ThrowsAnyAsync<Exception>(() => HearAsync(peer));
        Assert.Contains("it shows no certificate", await _log.HoldsAsync("TLS failed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peer_that_says_nothing_is_dropped_when_its_time_is_over()
    {
        var (connection, peer) = Connect();
        var server = _authority.Write(_folder, "server") with { HandshakeTimeout = TimeSpan.FromMilliseconds(50) };

        await Inbound(server, _ => throw new InvalidOperationException("it was let in"))(connection).WaitAsync(Patience);

        Assert.True((await peer.Input.ReadAsync()).IsCompleted);
        Assert.Contains("was not done within 00:00:00.05", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002")]
    [InlineData("")]
    public async Task Peer_that_speaks_no_TLS_and_goes_is_dropped_in_one_line(string words)
    {
        var (connection, peer) = Connect();
        await peer.Output.WriteAsync(System.Text.Encoding.Latin1.GetBytes(words));
        await peer.Output.CompleteAsync();

        await Inbound(_authority.Write(_folder, "server"), _ => throw new InvalidOperationException("it was let in"))(connection).WaitAsync(Patience);

        Assert.Single(_log.Lines);
        await peer.Input.CompleteAsync();
    }

    [Fact]
    public async Task Connection_that_is_closed_during_the_handshake_ends_it()
    {
        var (connection, _) = Connect();
        var running = Inbound(_authority.Write(_folder, "server"), _ => throw new InvalidOperationException("it was let in"))(connection);

        connection.Transport.Input.CancelPendingRead();

        await running.WaitAsync(Patience);
        Assert.DoesNotContain("not done within", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    /// <summary>What each side heard of the other, null where it heard nothing.</summary>
    private async Task<(string? Server, string? Client)> MeetAsync(TlsOptions server, TlsOptions client)
    {
        var (below, other) = Connect();
        string? atServer = null, atClient = null;
        var serving = Inbound(server, async connection => atServer = await ExchangeAsync(connection, "from server"))(below);
        var asking = Outbound(client, async connection => atClient = await ExchangeAsync(connection, "from client"))(
            new DefaultConnectionContext("client", other, below.Transport));
        foreach (var side in new[] { asking, serving })
        {
            try
            {
                await side.WaitAsync(Patience);
            }
            catch (Exception e) when (e is AuthenticationException or IOException or InvalidOperationException)
            {
                // Refused; who opened the connection is told so, here or, with TLS 1.3, when it reads.
            }
        }

        return (atServer, atClient);
    }

    private static async Task<string?> ExchangeAsync(ConnectionContext connection, string words)
    {
        await connection.Transport.Output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(words));
        var read = await connection.Transport.Input.ReadAtLeastAsync(words.Length);
        var heard = System.Text.Encoding.ASCII.GetString(read.Buffer.ToArray());
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
        await connection.Transport.Input.CompleteAsync();
        await connection.Transport.Output.CompleteAsync();
        return heard.Length > 0 ? heard : null;
    }

    /// <summary>A peer of .NET's own TLS that has done its part of the handshake with ours.</summary>
    private async Task<SslStream> KnockAsync(TlsOptions server, SslClientAuthenticationOptions options)
    {
        var (connection, peer) = Connect();
        _ = Inbound(server, async let => await ExchangeAsync(let, "from server"))(connection);
        options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        var stream = new SslStream(new PipeStream(peer));
        await stream.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        return stream;
    }

    private static async Task<string> HearAsync(SslStream peer)
    {
        var heard = new byte[11];
        await peer.ReadExactlyAsync(heard).AsTask().WaitAsync(Patience);
        return System.Text.Encoding.ASCII.GetString(heard);
    }

    private ConnectionDelegate Inbound(TlsOptions options, ConnectionDelegate next) => Build(next, TlsMiddleware.UseInbound, options);

    private ConnectionDelegate Outbound(TlsOptions options, ConnectionDelegate next) => Build(next, TlsMiddleware.UseOutbound, options);

    private ConnectionDelegate Build(ConnectionDelegate next, Action<IConnectionBuilder, TlsFiles> use, TlsOptions options)
    {
        var services = new ServiceCollection().AddLogging(logging => logging.AddProvider(_log)).BuildServiceProvider();
        var builder = new ConnectionBuilder(services);
        use(builder, new TlsFiles(options, TimeProvider.System));
        builder.Run(connection => next(connection));
        return builder.Build();
    }

    private static (ConnectionContext Connection, IDuplexPipe Peer) Connect()
    {
        var (there, back) = (new Pipe(), new Pipe());
        var peer = new Ends(back.Reader, there.Writer);
        return (new DefaultConnectionContext("server", new Ends(there.Reader, back.Writer), peer), peer);
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
