namespace Hms.Grains.Tls;

/// <summary>
/// What silos and their clients show one another, and whom they trust. All paths name PEM files; they are looked at again at a handshake, at
/// most once a second, and read again when they have changed.
/// </summary>
public sealed record TlsOptions
{
    /// <summary>The certificate, first in its file; certificates between it and the authority may follow.</summary>
    public required string Certificate { get; init; }

    /// <summary>The private key of the certificate, without a password. It may lie in the same file.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// Certificates of the authorities that sign those of the others; nobody else is trusted, whatever the system trusts. Several, while one
    /// follows the other.
    /// </summary>
    public required string Authority { get; init; }

    /// <summary>How long a peer has to finish the handshake before it is dropped. Default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
