using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Bulk;

/// <summary>Bodies of one message a line, and their answers.</summary>
internal static class Lines
{
    public const string ContentType = "application/x-ndjson";

    public static string Message(string id) => TestFront.Message.Replace("\"m1\"", $"\"{id}\"", StringComparison.Ordinal);

    public static string Messages(int count) => string.Concat(Enumerable.Range(1, count).Select(n => $"{Message($"m{n}")}\n"));

    public static HttpContent Content(string lines) => Content(Encoding.UTF8.GetBytes(lines));

    public static HttpContent Content(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        return content;
    }

    public static Task<HttpResponseMessage> PostLinesAsync(this TestFront front, string lines, params (string Name, string Value)[] headers) =>
        front.PostBodyAsync("/v1/messages", Content(lines), headers);

    /// <summary>The lines of an answer.</summary>
    public static async Task<JsonNode[]> LinesAsync(this Task<HttpResponseMessage> answer)
    {
        using var response = await answer;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {text}");
        Assert.Equal(ContentType, response.Content.Headers.ContentType?.ToString());
        Assert.True(text.Length == 0 || text[^1] == '\n');
        return [.. text.Split('\n')[..^1].Select(line => JsonNode.Parse(line)!)];
    }

    public static string[] Ids(this IEnumerable<JsonNode> answers) => [.. answers.Select(answer => (string)answer["id"]!)];

    public static string[] Sent(this FakeFabric fabric) => [.. fabric.AllSent.Select(request => Encoding.UTF8.GetString(request.Message.Span))];

    public static SendOutcome Accepted(SendRequest request) =>
        new(new SendReceipt((string)JsonNode.Parse(request.Message.Span)!["id"]!, 1, false, request.Durability), null);
}
