using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hms.Grains.Tls;
using Hms.Processes;

namespace Hms.Grains.Tests.Tls;

/// <summary>An authority that a test makes, and the certificates that it signs, written to files as a silo reads them.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ForServers = "1.3.6.1.5.5.7.3.1";
    public const string ForClients = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static int _writes;

    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name = "authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _certificate = Request(name, key, isAuthority: true).CreateSelfSigned(DateTimeOffset.UtcNow - (10 * Day), DateTimeOffset.UtcNow + (10 * Day));
    }

    private TestAuthority(X509Certificate2 certificate) => _certificate = certificate;

    public string Pem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>An authority under this one.</summary>
    public TestAuthority Under(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Sign(Request(name, key, isAuthority: true), DateTimeOffset.UtcNow - (5 * Day), DateTimeOffset.UtcNow + (5 * Day));
        return new TestAuthority(signed.CopyWithPrivateKey(key));
    }

    /// <summary>Writes a new certificate, its key and this authority into a folder, over what was there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The subject, and the beginning of the names of the files.</param>
    /// <param name="ends">How far from now it ends; it began five days before that, or before now.</param>
    /// <param name="uses">What it says it is for; nothing where none is given.</param>
    public TlsOptions Write(ScratchFolder folder, string name, TimeSpan? ends = null, params string[] uses)
    {
        var options = new TlsOptions
        {
            Certificate = folder.Combine($"{name}.pem"),
            Key = folder.Combine($"{name}.key"),
            Authority = folder.Combine($"{name}.authority.pem"),
        };
        var (certificate, key) = Make(name, ends, uses);
        Write(options.Authority, Pem);
        Write(options.Certificate, certificate);
        Write(options.Key, key);
        return options;
    }

    /// <summary>Writes a file with a time that none had before, however fast tests are.</summary>
    public static void Write(string file, string text)
    {
        File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(Interlocked.Increment(ref _writes)));
    }

    /// <summary>A new certificate and its key, as PEM.</summary>
    public (string Certificate, string Key) Make(string name, TimeSpan? ends = null, params string[] uses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var until = DateTimeOffset.UtcNow + (ends ?? Day);
        var from = (until < DateTimeOffset.UtcNow ? until : DateTimeOffset.UtcNow) - (3 * Day);
        using var certificate = Sign(Request(name, key, isAuthority: false, uses), from, until);
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose() => _certificate.Dispose();

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset until) =>
        request.Create(_certificate, from, until, RandomNumberGenerator.GetBytes(8));

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority, params string[] uses)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (uses.Length > 0)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Select(use => new Oid(use))], critical: false));
        }

        return request;
    }
}
