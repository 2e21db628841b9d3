namespace Hms.Http.Reading;

/// <summary>The <c>Content-Encoding</c> of a request: none, or gzip.</summary>
internal static class ContentEncoding
{
    /// <summary>Whether the body is packed.</summary>
    /// <exception cref="BadHttpRequestException">415, with <c>Accept-Encoding</c>, for another encoding, and for several.</exception>
    public static bool IsGzip(HttpRequest request)
    {
        var values = request.Headers.ContentEncoding;
        if (values.Count == 0)
        {
            return false;
        }

        var name = values.ToString();
        if (name.Length == 0 || name.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // RFC 9110, section 8.4.1.3: the two names are one.
        if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase) || name.Equals("x-gzip", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        request.HttpContext.Response.Headers.AcceptEncoding = "gzip";
        throw new BadHttpRequestException(
            "the Content-Encoding is not understood: gzip alone, or none", StatusCodes.Status415UnsupportedMediaType);
    }
}
