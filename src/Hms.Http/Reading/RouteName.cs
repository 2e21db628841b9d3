using Microsoft.AspNetCore.Http.Features;

namespace Hms.Http.Reading;

/// <summary>
/// Reads a name out of the path. ASP.NET Core decodes the path but leaves <c>%2F</c> as it is, so that <c>a%2Fb</c> and <c>a%252Fb</c>
/// look the same afterwards; where a percent sign is left, the name is therefore read from the request line itself.
/// </summary>
internal static class RouteName
{
    /// <summary>Where the first name stands, as in <c>/v1/supervisors/{id}</c>.</summary>
    private const int First = 2;

    /// <summary>Where a second one stands, as in <c>/v1/topics/{topic}/subscribers/{supervisor}</c>.</summary>
    private const int Second = 4;

    private const string InUrl = ", percent-encoded in a URL";

    /// <summary>The name in the route value of that key.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Validation"/> where it breaks the rule for names.</exception>
    public static string Read(HttpContext context, string key) =>
        Checked(key, Raw(context, key, First), static name => Names.IsName(name), Refusal.NameRule);

    /// <summary>The second name of the route.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Validation"/> where it breaks the rule for names.</exception>
    public static string ReadSecond(HttpContext context, string key) =>
        Checked(key, Raw(context, key, Second), static name => Names.IsName(name), Refusal.NameRule);

    /// <summary>A topic: a name, or <c>*</c> for the topic that everybody hears.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Validation"/> where it is neither.</exception>
    public static string ReadTopic(HttpContext context, string key) => Checked(
        key, Raw(context, key, First), static name => name is Names.Everybody || Names.IsName(name), $"{Refusal.NameRule}, or *");

    /// <summary>A topic or a pattern of topics; how a pattern is built is for the fabric to judge.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Validation"/> where it holds what neither may hold.</exception>
    public static string ReadPattern(HttpContext context, string key) => Checked(
        key, Raw(context, key, First), static name => Names.IsName(name.Replace('*', '-').Replace('>', '-')), $"{Refusal.NameRule} * >");

    private static string Checked(string key, string name, Predicate<string> isRight, string rule) =>
        isRight(name) ? name : throw Refusal.Of([new Problem($"/{key}", $"{rule}{InUrl}")]);

    private static string Raw(HttpContext context, string key, int segment)
    {
        var name = (string)context.Request.RouteValues[key]!;
        return name.Contains('%', StringComparison.Ordinal) ? FromRequestLine(context, segment) ?? name : name;
    }

    private static string? FromRequestLine(HttpContext context, int segment)
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
        return raw.Length == decoded && raw.Length > segment ? Uri.UnescapeDataString(raw[segment]) : null;
    }
}
