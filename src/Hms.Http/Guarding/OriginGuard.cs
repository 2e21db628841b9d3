using System.Net;

namespace Hms.Http.Guarding;

/// <summary>
/// Keeps web pages out while nobody is authenticated. A page that has its own name resolve to loopback (DNS rebinding) still sends its
/// own name as <c>Host</c>; a page that calls us directly is given away by <c>Origin</c>, and where a browser sends none (a plain GET, as
/// for an image) by <c>Sec-Fetch-Site</c>.
/// </summary>
internal sealed class OriginGuard
{
    private readonly bool _anyHost;
    private readonly bool _insecure;
    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;

    public OriginGuard(HttpOptions options)
    {
        _anyHost = options.AllowedHosts.Contains("*");
        _insecure = options.Insecure;
        _hosts = new HashSet<string>(options.AllowedHosts, StringComparer.OrdinalIgnoreCase);
        _origins = new HashSet<string>(options.AllowedOrigins.Select(origin => origin.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Why a request is refused; null where it is not.</summary>
    public string? Refusal(HttpRequest request)
    {
        if (!IsAllowedHost(request.Host))
        {
            return "the Host header names neither loopback nor a configured host";
        }

        var origin = request.Headers.Origin;
        if (origin.Count > 0)
        {
            return IsAllowedOrigin(origin.ToString(), request) ? null : "the Origin header names a foreign site";
        }

        // All that acts or tells stands under /v1; a link from elsewhere to the front page may be followed.
        return request.Headers["Sec-Fetch-Site"] == "cross-site"
            && request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
            ? "the request comes from a page of a foreign site"
            : null;
    }

    private bool IsAllowedHost(HostString host) => _anyHost || (host.HasValue && (IsLoopback(host.Host) || IsConfigured(host.Host)));

    private bool IsConfigured(string host) =>
        (_hosts.Count > 0 && _hosts.Contains(host)) || (_insecure && IPAddress.TryParse(host, out _));

    private bool IsAllowedOrigin(string text, HttpRequest request) =>
        _origins.Contains(text)
        || (Uri.TryCreate(text, UriKind.Absolute, out var origin)
            && origin.Scheme is "http" or "https"
            && (IsLoopback(origin.Host) || _hosts.Contains(origin.Host) || IsOwn(origin, request)));

    private static bool IsOwn(Uri origin, HttpRequest request) =>
        string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
        && string.Equals(origin.Scheme, request.Scheme, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string host) =>
        host is "127.0.0.1" or "[::1]"
        || string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (host.StartsWith("127.", StringComparison.Ordinal) && IPAddress.TryParse(host, out var address)
            && IPAddress.IsLoopback(address));
}
