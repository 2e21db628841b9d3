using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hms.Grains.Tls;

/// <summary>The contents of the files at one time: what is shown, and who is trusted.</summary>
internal sealed class TlsIdentity
{
    private static readonly Oid ForServers = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ForClients = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2Collection _authorities;

    private TlsIdentity(SslStreamCertificateContext shown, X509Certificate2Collection authorities) =>
        (Shown, _authorities) = (shown, authorities);

    /// <summary>The certificate, with those between it and its authority.</summary>
    public SslStreamCertificateContext Shown { get; }

    /// <exception cref="InvalidOperationException">A file cannot be read or used.</exception>
    public static TlsIdentity Read(TlsOptions options) => new(ReadShown(options), ReadAuthorities(options));

    /// <summary>How a peer's certificate is checked. Nothing is asked of the network; whether it was revoked is not known.</summary>
    /// <param name="isServer">Whether the peer is the server; where its certificate says what it is for, it must be for that.</param>
    public X509ChainPolicy Policy(bool isServer)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        policy.ApplicationPolicy.Add(isServer ? ForServers : ForClients);
        return policy;
    }

    private static SslStreamCertificateContext ReadShown(TlsOptions options)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(options.Certificate, options.Key);
            var others = new X509Certificate2Collection();
            others.ImportFromPemFile(options.Certificate);
            return SslStreamCertificateContext.Create(Usable(certificate), others, offline: true);
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            throw new InvalidOperationException(
                $"the certificate {options.Certificate} cannot be used with the key {options.Key}: {e.Message}", e);
        }
    }

    private static X509Certificate2Collection ReadAuthorities(TlsOptions options)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(options.Authority);
            return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate");
        }
        catch (Exception e) when (IsOfTheFile(e))
        {
            throw new InvalidOperationException($"the authority {options.Authority} cannot be used: {e.Message}", e);
        }
    }

    private static bool IsOfTheFile(Exception e) =>
        e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    // Windows takes no key that was only ever in memory.
    private static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null)
        : certificate;
}
