using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Hms.EndToEnd.Tests.Topics;

/// <summary>Publishes to one topic, by NDJSON or over a socket, and repeats what it has no answer for until it has one.</summary>
internal sealed class TopicPublisher(TopicWorkload workload, string source, string topic, bool overSocket)
{
    private const int PartSize = 20;
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(30);

    public async Task RunAsync(CancellationToken stop)
    {
        for (var part = 0; !stop.IsCancellationRequested; part++)
        {
            var messages = Enumerable.Range(part * PartSize, PartSize).Select(Message).ToArray();
            await PublishUntilKnownAsync(messages);
            await Task.Delay(Breath, CancellationToken.None);
        }
    }

    private string Message(int number) =>
        $$"""{"id":"{{source}}-{{number}}","source":"{{source}}","destination":"topic:{{topic}}","message_type":"note","content":{"n":{{number}}},"timestamp":"2026-01-02T03:04:05Z","version":"1.0"}""";

    private async Task PublishUntilKnownAsync(string[] messages)
    {
        while (true)
        {
            var server = await workload.AddressAsync();
            try
            {
                var accepted = overSocket ? await SendOverSocketAsync(server, messages) : await PostAsync(server, messages);
                if (accepted.Count > 0)
                    workload.Accepted(topic, accepted);
                if (accepted.Count == messages.Length)
                    return;
            }
            catch (Exception e) when (TopicWorkload.IsNoAnswer(e))
            {
                // Whether it was published is not known: the same again, under the same ids.
            }
        }
    }

    private static async Task<List<string>> PostAsync(Uri server, string[] messages)
    {
        using var content = new StringContent(string.Join('\n', messages));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var answer = await Http.PostAsync(new Uri(server, "/v1/messages"), content);
        answer.EnsureSuccessStatusCode();
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonDocument.Parse(line)).Select(Id).OfType<string>()];
    }

    private static async Task<List<string>> SendOverSocketAsync(Uri server, string[] messages)
    {
        await using var socket = await TopicSocket.OpenAsync(server, TopicWorkload.SenderSocket);
        await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"op":"send","seq":1,"messages":[{{string.Join(',', messages)}}]}"""));
        using var answer = await socket.ReadAsync();
        return [.. answer.RootElement.GetProperty("results").EnumerateArray().Where(IsAccepted).Select(result => result.GetProperty("id").GetString()!)];
    }

    private static string? Id(JsonDocument line)
    {
        using (line)
        {
            return IsAccepted(line.RootElement) ? line.RootElement.GetProperty("id").GetString() : null;
        }
    }

    private static bool IsAccepted(JsonElement result) =>
        result.TryGetProperty("status", out var status) && status.GetString() == "accepted";
}
