using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hms.EndToEnd.Tests.Crash;

namespace Hms.EndToEnd.Tests.Coordination;

/// <summary>What a call was answered.</summary>
internal sealed record Answered(int Status, JsonNode? Body);

/// <summary>A client of a server that comes and goes: whatever it has no answer to, it asks again.</summary>
internal sealed class PatientClient(IServer server)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks until it is known what came of it.</summary>
    public async Task<Answered> AskAsync(HttpMethod method, string path, JsonNode? body = null, string? key = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await TryAsync(method, path, body, key) is { } answer)
                return answer;
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new TimeoutException($"{method} {path} was not answered within {Patience.TotalSeconds:F0} s.");
        }
    }

    public Task<Answered> GetAsync(string path) => AskAsync(HttpMethod.Get, path);

    public Task<Answered> PostAsync(string path, JsonNode body, string? key = null) => AskAsync(HttpMethod.Post, path, body, key);

    public async Task RegisterAsync(string supervisor) =>
        Assert.True((await AskAsync(HttpMethod.Put, $"/v1/supervisors/{supervisor}", new JsonObject { ["supervisor_type"] = "test" })).Status < 300);

    /// <summary>The messages of a mailbox that are there, or come within the wait, each with its receipt.</summary>
    public async Task<IReadOnlyList<(string Receipt, JsonObject Message)>> ReceiveAsync(string supervisor, int waitMs, string more = "")
    {
        var answer = await GetAsync($"/v1/supervisors/{supervisor}/messages?max=1000&wait_ms={waitMs}{more}");
        return [.. answer.Body!["deliveries"]!.AsArray().Select(delivery => ((string)delivery!["receipt"]!, delivery["message"]!.AsObject()))];
    }

    private async Task<Answered?> TryAsync(HttpMethod method, string path, JsonNode? body, string? key)
    {
        using var request = new HttpRequestMessage(method, new Uri(await server.AddressAsync(), path));
        request.Content = body is null ? null : JsonContent.Create(body);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var answer = await Http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            return (int)answer.StatusCode == 503 ? null : new Answered((int)answer.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
