using Microsoft.Extensions.Logging;

namespace Hms.Grains.Tls;

/// <summary>
/// The files of a <see cref="TlsOptions"/>, read again when they have changed. What cannot be used, since it is only half there, changes nothing.
/// </summary>
internal sealed partial class TlsFiles
{
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private Stamp[] _stamps;
    private Stamp[] _refused = [];
    private TlsIdentity _identity;
    private long _lookedAt;

    /// <exception cref="InvalidOperationException">A file cannot be read or used.</exception>
    public TlsFiles(TlsOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.HandshakeTimeout, TimeSpan.Zero);
        (Options, _time, _lookedAt) = (options, time, time.GetTimestamp());
        _stamps = Look();
        _identity = TlsIdentity.Read(options);
    }

    public TlsOptions Options { get; }

    /// <summary>What holds now.</summary>
    public TlsIdentity Current(ILogger logger)
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_lookedAt) >= LookPause)
            {
                _lookedAt = _time.GetTimestamp();
                LookAgain(logger);
            }

            return _identity;
        }
    }

    private void LookAgain(ILogger logger)
    {
        // Before they are read: what changes meanwhile is seen the next time.
        var stamps = Look();
        if (stamps.AsSpan().SequenceEqual(_stamps))
        {
            return;
        }

        try
        {
            _identity = TlsIdentity.Read(Options);
            _stamps = stamps;
            LogRead(logger, Options.Certificate);
        }
        catch (InvalidOperationException e)
        {
            if (!stamps.AsSpan().SequenceEqual(_refused))
            {
                LogRefused(logger, e.Message);
            }

            _refused = stamps;
        }
    }

    private Stamp[] Look() => [Look(Options.Certificate), Look(Options.Key), Look(Options.Authority)];

    // By its handle: the time of a link, as a container's secrets are mounted, says nothing of what it leads to.
    private static Stamp Look(string file)
    {
        try
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new Stamp(File.GetLastWriteTimeUtc(handle), RandomAccess.GetLength(handle));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the certificate {Certificate} has changed and is used from now on")]
    private static partial void LogRead(ILogger logger, string certificate);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the former certificate is used on, since the new files cannot be: {Problem}")]
    private static partial void LogRefused(ILogger logger, string problem);

    private readonly record struct Stamp(DateTime At, long Length);
}
