using System.Text;

namespace Hms.Http.Reading;

/// <summary>The <c>Idempotency-Key</c> header, bare or in quotes: what makes a request that is sent again the same one.</summary>
internal static class IdempotencyKey
{
    public const string HeaderName = "Idempotency-Key";

    /// <summary>The key, without quotes; null where there is none, or where it is none, which is noted.</summary>
    public static string? Read(IHeaderDictionary headers, ref List<Problem>? problems)
    {
        var values = headers[HeaderName];
        if (values.Count == 0)
        {
            return null;
        }

        var key = values.Count == 1 ? Unquote(values.ToString()) : null;
        if (key is not null && Names.IsMessageId(key))
        {
            return key;
        }

        (problems ??= []).Add(new Problem($"/{HeaderName}", "must be 1 to 256 printable characters, bare or in quotes"));
        return null;
    }

    // A quoted key is a string of RFC 9651, section 3.3.3.
    private static string? Unquote(string text)
    {
        if (!text.StartsWith('"'))
        {
            return text;
        }

        var key = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    return i == text.Length - 1 ? key.ToString() : null;
                case '\\' when i + 1 < text.Length && text[i + 1] is '"' or '\\':
                    key.Append(text[++i]);
                    break;
                case '\\':
                    return null;
                default:
                    key.Append(text[i]);
                    break;
            }
        }

        return null;
    }
}
