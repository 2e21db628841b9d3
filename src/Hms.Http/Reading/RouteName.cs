using Microsoft.AspNetCore.Http.Features;

namespace Hms.Http.Reading;

/// <summary>
/// Reads a name out of the path. ASP.NET Core decodes the path but leaves <c>%2F</c> as it is, so that <c>a%2Fb</c> and <c>a%252Fb</c>
/// look the same afterwards; where a percent sign is left, the name is therefore read from the request line itself.
/// </summary>
internal static class RouteName
{
    /// <summary>Every name stands third, as in <c>/v1/supervisors/{id}</c>.</summary>
    private const int Segment = 2;

    /// <summary>The name in the route value of that key.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Validation"/> where it breaks the rule for names.</exception>
    public static string Read(HttpContext context, string key)
    {
        var name = (string)context.Request.RouteValues[key]!;
        if (name.Contains('%', StringComparison.Ordinal))
        {
            name = FromRequestLine(context) ?? name;
        }

        return Names.IsName(name) ? name : throw Refusal.Of([new Problem($"/{key}", $"{Refusal.NameRule}, percent-encoded in a URL")]);
    }

    private static string? FromRequestLine(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?', 2)[0];
        if (!path.StartsWith('/'))
        {
            return null;
        }

        // Where a dot segment was taken out of the path, the two no longer match and the name is not guessed at.
        var raw = path[1..].Split('/');
        var decoded = context.Request.Path.Value!.Split('/').Length - 1;
        return raw.Length == decoded && raw.Length > Segment ? Uri.UnescapeDataString(raw[Segment]) : null;
    }
}
