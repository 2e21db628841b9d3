using System.Net;
using System.Net.Sockets;
using System.Text;
using Hms.Hosting;

namespace Hms.Deploy.Tests;

/// <summary>The question that images ask themselves.</summary>
public sealed class HealthCheckTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly StringWriter _complaints = new();

    public HealthCheckTests() => _listener.Start();

    private string Url => $"http://{_listener.LocalEndpoint}";

    [Fact]
    public async Task A_server_that_is_ready_is_asked_at_its_path_and_makes_a_0()
    {
        var asked = AnswerAsync("200 OK", "{\"status\":\"ready\"}");

        Assert.Equal(0, await HealthCheck.RunAsync([Url], _complaints));
        Assert.StartsWith("GET /health/ready ", await asked, StringComparison.Ordinal);
        Assert.Contains("/health/ready", Code.HealthPaths);
        Assert.Equal("", _complaints.ToString());
    }

    [Theory]
    [InlineData("503 Service Unavailable")]
    [InlineData("404 Not Found")]
    [InlineData("204 No Content")]
    [InlineData("302 Found\r\nLocation: /health/live")]
    public async Task Any_other_answer_makes_a_1(string status)
    {
        var asked = AnswerAsync(status, "");

        Assert.Equal(1, await HealthCheck.RunAsync([Url], _complaints));
        await asked;
        Assert.Contains($"answers {status[..3]}", _complaints.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_says_is_wrong_is_passed_on()
    {
        var asked = AnswerAsync("503 Service Unavailable", "the store is away");

        Assert.Equal(1, await HealthCheck.RunAsync([Url], _complaints));
        await asked;
        Assert.Contains("the store is away", _complaints.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_makes_a_1()
    {
        var url = Url;
        _listener.Stop();

        Assert.Equal(1, await HealthCheck.RunAsync([url], _complaints));
        Assert.Contains(url, _complaints.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_makes_a_1_in_time()
    {
        Assert.Equal(1, await HealthCheck.RunAsync([Url], _complaints, TimeSpan.FromMilliseconds(100)));
        Assert.Contains("does not answer", _complaints.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:8420")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("http://127.0.0.1:8420", "--insecure")]
    public async Task What_is_not_one_URL_makes_a_1(params string[] arguments)
    {
        Assert.Equal(1, await HealthCheck.RunAsync(arguments, _complaints));
        Assert.Contains("takes one URL", _complaints.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _complaints.Dispose();
    }

    /// <summary>Answers one request, and tells its first line.</summary>
    private async Task<string> AnswerAsync(string status, string body)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, leaveOpen: true);
        var first = await reader.ReadLineAsync();
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
        }

        var length = status.StartsWith("204", StringComparison.Ordinal) ? "" : $"Content-Length: {body.Length}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{length}Connection: close\r\n\r\n{body}"));
        return first!;
    }
}
