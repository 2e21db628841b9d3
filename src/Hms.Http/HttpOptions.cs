namespace Hms.Http;

/// <summary>
/// What the HTTP front accepts and how long it is patient. Set in <see cref="HmsHttp.AddHmsHttp"/>; read once, when the host is built.
/// </summary>
public sealed class HttpOptions
{
    /// <summary>Longest drain and longest timeout that makes sense: an hour.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromHours(1);

    /// <summary>
    /// Bytes that a request body, or a line of one, may have after unpacking; one more is refused with <c>payload_too_large</c>, before the
    /// body is read where its length is announced. Default 1,048,576 (1 MiB); 1,024 to 1,073,741,824.
    /// </summary>
    public int MessageBytesMax { get; set; } = 1_048_576;

    /// <summary>
    /// Bytes that a body of one message a line (NDJSON) may have, counted after unpacking; a line counts as 100 at least. What goes over it
    /// is answered with <c>payload_too_large</c>, and what follows is not read. As much of the answer is held for a client that does not
    /// read it yet. Default 67,108,864 (64 MiB); 1,024 to 1,073,741,824.
    /// </summary>
    public int BulkBytesMax { get; set; } = 67_108_864;

    /// <summary>
    /// Names, without a port, that a <c>Host</c> header may hold besides those of loopback; their pages count as own in <c>Origin</c>.
    /// <c>*</c> accepts every <c>Host</c> (but no foreign <c>Origin</c>). Default none.
    /// </summary>
    public ICollection<string> AllowedHosts { get; } = [];

    /// <summary>
    /// Origins (RFC 6454, such as <c>https://console.example:8443</c>) whose pages may call besides loopback's and our own. Default none.
    /// </summary>
    public ICollection<string> AllowedOrigins { get; } = [];

    /// <summary>
    /// Whether to listen on other addresses than loopback although nobody is authenticated. Then a <c>Host</c> may also be any IP
    /// address: only a name can be turned against us by whoever owns it (DNS rebinding). Default false: listening elsewhere is refused.
    /// </summary>
    public bool Insecure { get; set; }

    /// <summary>Connections at once; a further one is closed. Default 20,000; from 1.</summary>
    public int ConnectionsMax { get; set; } = 20_000;

    /// <summary>Bytes a second that a client must send of a body, and take of an answer, or be cut off. Default 240; above 0.</summary>
    public double DataRateMin { get; set; } = 240;

    /// <summary>How long a client may stay under <see cref="DataRateMin"/>. Default 5 s; above 1 s, up to 1 h.</summary>
    public TimeSpan DataRateGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client may take over the head of a request. Default 10 s; above 0, up to 1 h.</summary>
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle between requests. Default 130 s; above 0, up to 1 h.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>
    /// How long a stop waits for requests under way; those that only wait end at once. It is set as the host's shutdown timeout.
    /// Default 10 s; above 0, up to 1 h.
    /// </summary>
    public TimeSpan DrainMax { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Label sets that <c>/metrics</c> keeps of one instrument; what is measured under a further one is dropped and counted in
    /// <c>hms_metrics_dropped_total</c>. Default 1,000; from 1.
    /// </summary>
    public int MetricSeriesMax { get; set; } = 1_000;

    /// <summary>
    /// Bytes that a frame of a socket's client may have; of a longer one the rest is skipped, and the answer is <c>payload_too_large</c>.
    /// Each message in it may have <see cref="MessageBytesMax"/>. Default 8,388,608 (8 MiB); 1,024 to 1,073,741,824.
    /// </summary>
    public int FrameBytesMax { get; set; } = 8_388_608;

    /// <summary>
    /// Messages and calls that one socket may have unanswered; beyond it nothing more is read until some are. Default 4,096; from 1.
    /// </summary>
    public int SocketInFlightMax { get; set; } = 4_096;

    /// <summary>Bytes of messages that one socket may have unanswered, besides one frame. Default 16,777,216 (16 MiB); from 1,024.</summary>
    public int SocketInFlightBytesMax { get; set; } = 16_777_216;

    /// <summary>
    /// How often a socket's client is pinged; one of which nothing was heard over two of these is taken for dead. Default 15 s; above 0, up
    /// to 1 h.
    /// </summary>
    public TimeSpan SocketPingInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The first rule that these options break; null where they keep to all.</summary>
    internal string? Problem() => this switch
    {
        { MessageBytesMax: < 1_024 or > 1_073_741_824 } => "MessageBytesMax must be 1,024 to 1,073,741,824",
        { BulkBytesMax: < 1_024 or > 1_073_741_824 } => "BulkBytesMax must be 1,024 to 1,073,741,824",
        { ConnectionsMax: < 1 } => "ConnectionsMax must be at least 1",
        { DataRateMin: not (> 0 and < 1e9) } => "DataRateMin must be above 0",
        { MetricSeriesMax: < 1 } => "MetricSeriesMax must be at least 1",
        { FrameBytesMax: < 1_024 or > 1_073_741_824 } => "FrameBytesMax must be 1,024 to 1,073,741,824",
        { SocketInFlightMax: < 1 } => "SocketInFlightMax must be at least 1",
        { SocketInFlightBytesMax: < 1_024 } => "SocketInFlightBytesMax must be at least 1,024",
        _ when DataRateGrace <= TimeSpan.FromSeconds(1) || DataRateGrace > PatienceMax => "DataRateGrace must be above 1 s and up to 1 h",
        _ when !IsPatience(HeadersTimeout) => "HeadersTimeout must be above 0 and up to 1 h",
        _ when !IsPatience(KeepAliveTimeout) => "KeepAliveTimeout must be above 0 and up to 1 h",
        _ when !IsPatience(SocketPingInterval) => "SocketPingInterval must be above 0 and up to 1 h",
        _ when !IsPatience(DrainMax) => "DrainMax must be above 0 and up to 1 h",
        _ => null,
    };

    private static bool IsPatience(TimeSpan time) => time > TimeSpan.Zero && time <= PatienceMax;
}
