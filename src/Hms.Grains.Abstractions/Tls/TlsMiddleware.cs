using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hms.Grains.Tls;

/// <summary>
/// Puts TLS between a connection and Orleans. Both sides show a certificate that the authority has signed. Names are not compared: silos are
/// known by their addresses, and whoever the authority has signed for belongs to the cluster.
/// </summary>
internal sealed partial class TlsMiddleware(TlsFiles files, ILogger<TlsMiddleware> logger)
{
    // What one record of TLS holds.
    private const int RecordBytes = 16 * 1024;

    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly StreamPipeReaderOptions Reading = new(bufferSize: RecordBytes, leaveOpen: true);
    private static readonly StreamPipeWriterOptions Writing = new(minimumBufferSize: RecordBytes, leaveOpen: true);

    /// <summary>For connections that others open. One that fails is dropped, and nobody else hears of it.</summary>
    public static void UseInbound(IConnectionBuilder builder, TlsFiles files) => builder.Use(next =>
    {
        var tls = Create(builder, files);
        return connection => tls.RunAsync(connection, next, isServer: true);
    });

    /// <summary>For connections opened here. Who wanted one that fails is told by an <see cref="AuthenticationException"/>.</summary>
    public static void UseOutbound(IConnectionBuilder builder, TlsFiles files) => builder.Use(next =>
    {
        var tls = Create(builder, files);
        return connection => tls.RunAsync(connection, next, isServer: false);
    });

    private static TlsMiddleware Create(IConnectionBuilder builder, TlsFiles files) =>
        new(files, builder.ApplicationServices.GetRequiredService<ILogger<TlsMiddleware>>());

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, bool isServer)
    {
        var below = connection.Transport;
        await using var stream = new SslStream(new PipeStream(below));
        if (await ShakeHandsAsync(connection, stream, isServer) is { } problem)
        {
            LogRefused(connection.RemoteEndPoint, problem);
            if (!isServer)
            {
                throw new AuthenticationException($"TLS with {connection.RemoteEndPoint} failed: {problem}");
            }

            return;
        }

        try
        {
            connection.Transport = new Duplex(PipeReader.Create(stream, Reading), PipeWriter.Create(stream, Writing));
            await next(connection);
        }
        finally
        {
            // Messages have a length of their own, so that nobody needs to be told the end of TLS before that of the connection.
            connection.Transport = below;
        }
    }

    /// <summary>Says what was wrong; null where all is well.</summary>
    private async Task<string?> ShakeHandsAsync(ConnectionContext connection, SslStream stream, bool isServer)
    {
        string? refusal = null;
        bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            refusal = Refusal(certificate, chain, errors & ~SslPolicyErrors.RemoteCertificateNameMismatch);
            return refusal is null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(files.Options.HandshakeTimeout);
        try
        {
            var identity = files.Current(logger);
            await (isServer
                ? stream.AuthenticateAsServerAsync(ServerOptions(identity, Check), limit.Token)
                : stream.AuthenticateAsClientAsync(ClientOptions(identity, Check), limit.Token));
            return null;
        }
        catch (OperationCanceledException) when (!connection.ConnectionClosed.IsCancellationRequested)
        {
            return $"it was not done within {files.Options.HandshakeTimeout}";
        }
#pragma warning disable CA1031 // Whatever a peer sends may harm this connection alone.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return refusal ?? (e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message);
        }
    }

    // A session that is resumed would not be checked again.
    private static SslServerAuthenticationOptions ServerOptions(TlsIdentity identity, RemoteCertificateValidationCallback check) => new()
    {
        ServerCertificateContext = identity.Shown,
        ClientCertificateRequired = true,
        CertificateChainPolicy = identity.Policy(isServer: false),
        RemoteCertificateValidationCallback = check,
        EnabledSslProtocols = Versions,
        AllowRenegotiation = false,
        AllowTlsResume = false,
    };

    private static SslClientAuthenticationOptions ClientOptions(TlsIdentity identity, RemoteCertificateValidationCallback check) => new()
    {
        ClientCertificateContext = identity.Shown,
        CertificateChainPolicy = identity.Policy(isServer: true),
        RemoteCertificateValidationCallback = check,
        EnabledSslProtocols = Versions,
        AllowRenegotiation = false,
        AllowTlsResume = false,
    };

    private static string? Refusal(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors == SslPolicyErrors.None ? null
        : certificate is null ? "it shows no certificate"
        : $"the certificate {certificate.Subject} is not accepted: "
            + string.Join(", ", (chain?.ChainStatus ?? []).Select(status => status.Status));

    [LoggerMessage(Level = LogLevel.Warning, Message = "the connection with {Peer} is dropped, TLS failed: {Problem}")]
    private partial void LogRefused(EndPoint? peer, string problem);

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
