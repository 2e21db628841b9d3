using System.Globalization;

namespace Hms.Http.Reading;

/// <summary>
/// Reads parameters out of the query and notes what is wrong with each. Unknown ones are left alone. A plus is a plus (RFC 3986): no
/// value that we know may hold a space.
/// </summary>
internal struct Query(HttpRequest request)
{
    private readonly string _text = request.QueryString.Value ?? "";
    private List<Problem>? _problems;

    /// <summary>An integer within a range.</summary>
    public long Integer(string name, long min, long max, long otherwise)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        if (IsDigits(text)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        Note(name, $"must be an integer from {min} to {max}");
        return otherwise;
    }

    /// <summary>A time in milliseconds; one over the maximum is the maximum.</summary>
    public TimeSpan Clamped(string name, TimeSpan max)
    {
        if (Text(name) is not { } text)
        {
            return TimeSpan.Zero;
        }

        if (!IsDigits(text))
        {
            Note(name, "must be an integer from 0");
            return TimeSpan.Zero;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < max.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(number)
            : max;
    }

    /// <summary>A name; null where it is absent.</summary>
    public string? Name(string name)
    {
        var text = Text(name);
        if (text is not null && !Names.IsName(text))
        {
            Note(name, Refusal.NameRule);
        }

        return text;
    }

    /// <summary>A word out of a closed set; null where it is absent.</summary>
    public T? Word<T>(string name, Func<string, T?> read, string rule)
        where T : struct
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var word = read(text);
        if (word is null)
        {
            Note(name, rule);
        }

        return word;
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Validation"/> with every problem that was noted.</exception>
    public readonly void Done()
    {
        if (_problems is not null)
        {
            throw Refusal.Of(_problems);
        }
    }

    /// <summary>Notes what is wrong with something that is read besides the query.</summary>
    public void Note(string name, string message) => (_problems ??= []).Add(new Problem($"/{name}", message));

    private static bool IsDigits(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private string? Text(string name)
    {
        string? found = null;
        var rest = _text.AsSpan().TrimStart('?');
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf('&');
            var pair = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            var equals = pair.IndexOf('=');
            if (!IsKey(equals < 0 ? pair : pair[..equals], name))
            {
                continue;
            }

            if (found is not null)
            {
                Note(name, "is given more than once");
                return null;
            }

            found = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
        }

        return found;
    }

    private static bool IsKey(ReadOnlySpan<char> key, string name) =>
        key.SequenceEqual(name) || (key.Contains('%') && Uri.UnescapeDataString(key) == name);
}
