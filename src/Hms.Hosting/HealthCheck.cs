using System.Net;

namespace Hms.Hosting;

/// <summary>What <c>--health-check</c> does: asks a server whether it is ready. An image of ours holds no other program that could.</summary>
public static class HealthCheck
{
    /// <summary>The option: <c>--health-check [URL]</c>.</summary>
    public const string Option = "--health-check";

    private const string DefaultUrl = "http://127.0.0.1:8420";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Asks <c>/health/ready</c>, for 4 s at most. Returns the exit code: 0 where the answer is 200, else 1, having said why.</summary>
    /// <param name="arguments">Where the server listens; http://127.0.0.1:8420 where left out.</param>
    /// <param name="complaints">Where it is said why.</param>
    /// <param name="patience">How long at most, if not 4 s.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter complaints, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(complaints);
        var problem = arguments.Count <= 1
            && Uri.TryCreate(arguments.Count == 0 ? DefaultUrl : arguments[0], UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https"
                ? await AskAsync(new Uri(url, "/health/ready"), patience ?? Patience)
                : $"{Option} takes one URL, such as {DefaultUrl}";
        if (problem is null)
        {
            return 0;
        }

        await complaints.WriteLineAsync(problem);
        return 1;
    }

    private static async Task<string?> AskAsync(Uri ready, TimeSpan patience)
    {
        // A proxy of the environment is not the way to a server that is this near.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = patience };
        try
        {
            using var answer = await client.GetAsync(ready);
            return answer.StatusCode == HttpStatusCode.OK ? null : $"{ready} answers {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}";
        }
        catch (HttpRequestException e)
        {
            return $"{ready}: {e.Message}";
        }
        catch (TaskCanceledException)
        {
            return $"{ready} does not answer within {patience.TotalSeconds} s";
        }
    }
}
