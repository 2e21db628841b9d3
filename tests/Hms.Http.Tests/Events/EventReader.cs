using System.Globalization;
using System.Text.Json.Nodes;

namespace Hms.Http.Tests.Events;

/// <summary>One event, as it was read.</summary>
internal sealed record Event(string Name, long Id, JsonNode Data);

/// <summary>Reads a stream of events as the HTML standard has it, and fails on whatever is not in it.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TestFront.Patience);
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage answer, Stream stream) => (_answer, _lines) = (answer, new StreamReader(stream));

    public HttpResponseMessage Answer => _answer;

    public static async Task<EventReader> OpenAsync(TestFront front, string query = "", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/supervisors/b/events{query}");
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        var answer = await front.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var reader = new EventReader(answer, await answer.Content.ReadAsStreamAsync());
        Assert.Equal("retry: 1000", await reader.LineAsync());
        Assert.Equal("", await reader.LineAsync());
        return reader;
    }

    /// <summary>A line; null at the end.</summary>
    public async Task<string?> LineAsync() => await _lines.ReadLineAsync(_patience.Token);

    public async Task<Event> EventAsync()
    {
        var name = Assert.IsType<string>(await LineAsync());
        var id = Assert.IsType<string>(await LineAsync());
        var data = Assert.IsType<string>(await LineAsync());
        Assert.Equal("", await LineAsync());
        Assert.Equal("event: ", name[..7]);
        Assert.Equal("id: ", id[..4]);
        Assert.Equal("data: ", data[..6]);
        return new Event(name[7..], long.Parse(id[4..], CultureInfo.InvariantCulture), JsonNode.Parse(data[6..])!);
    }

    public void Dispose()
    {
        _answer.Dispose();
        _lines.Dispose();
        _patience.Dispose();
    }
}
