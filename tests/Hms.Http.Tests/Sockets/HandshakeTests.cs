using System.Net.WebSockets;

namespace Hms.Http.Tests.Sockets;

public sealed class HandshakeTests
{
    private const string Path = "/v1/supervisors/b/socket";

    [Fact]
    public async Task Handshake_answers_the_key_as_rfc_6455_says()
    {
        await using var front = await TestFront.StartAsync();
        using var raw = await RawSocket.ConnectAsync(front);
        Assert.StartsWith("HTTP/1.1 101 ", raw.Head, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", raw.Head, StringComparison.Ordinal);
        Assert.Contains("\r\nUpgrade: websocket\r\n", raw.Head, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: Upgrade\r\n", raw.Head, StringComparison.Ordinal);
        Assert.DoesNotContain("Extensions", raw.Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Connection: Upgrade\r\n")]
    [InlineData("Upgrade: websocket\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: h2c\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13, 8\r\n")]
    public async Task Request_for_anything_else_is_told_what_this_is(string headers)
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.RawAsync($"GET {Path} HTTP/1.1\r\nHost: localhost\r\n{headers}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 426 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nUpgrade: websocket\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Version: 13\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\"error_code\":\"message_format_error\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Sec-WebSocket-Key: short\r\n")]
    [InlineData("Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!\r\n")]
    public async Task Key_that_is_none_is_a_format_error(string key)
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.RawAsync(
            $"GET {Path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n{key}\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"error_code\":\"message_format_error\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_get_is_an_error_response()
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync(Path).ErrorAsync(ErrorCode.MessageFormat, 426);
        Assert.Null(front.Fabric.MailboxAsked);
    }

    [Fact]
    public async Task Unknown_supervisor_hears_so_before_the_upgrade()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSupervisor = () => throw new FaultException(ErrorCode.DestinationNotFound, "b is not registered");
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync(front, "b"));
    }

    [Fact]
    public async Task Malformed_name_is_a_validation_error()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await RefusedAsync(front, "b%20c"));
    }

    [Fact]
    public async Task Page_of_a_foreign_site_is_refused_and_recorded()
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(front, "b", "http://evil.example"));
        Assert.StartsWith("SecurityRefusal: ", Assert.Single(front.Logged), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_of_this_machine_is_let_in()
    {
        await using var front = await TestFront.StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "http://localhost:3000");
        await socket.ConnectAsync(SocketClient.Address(front), CancellationToken.None);
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task Name_with_a_slash_reaches_its_own_mailbox()
    {
        await using var front = await TestFront.StartAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(SocketClient.Address(front, "b%2Fc"), CancellationToken.None);
        Assert.Equal("b/c", front.Fabric.MailboxAsked);
    }

    [Fact]
    public async Task One_socket_too_many_is_refused()
    {
        await using var front = await TestFront.StartAsync(options => options.ConnectionsMax = 1);
        await using var client = await SocketClient.ConnectAsync(front);
        Assert.Equal(HttpStatusCode.TooManyRequests, await RefusedAsync(front, "b"));
        await client.AssertLivesAsync();
    }

    [Fact]
    public async Task Sockets_are_counted_and_their_lives_are_no_answer_times()
    {
        await using var front = await TestFront.StartAsync();
        await using (var client = await SocketClient.ConnectAsync(front))
        {
            await client.AssertLivesAsync();
            Assert.Contains("\nhms_sockets_open 1\n", await MetricsAsync(front), StringComparison.Ordinal);
            await client.CloseAsync();
        }

        await front.App.StopAsync();
        var metrics = System.Text.Encoding.UTF8.GetString(
            ((Http.Metering.PrometheusExporter)front.App.Services.GetService(typeof(Http.Metering.PrometheusExporter))!).Scrape());
        Assert.Contains("\nhms_sockets_open 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nhms_sockets_frames_received_total 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nhms_sockets_frames_sent_total 2\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("status=\"101\"", metrics, StringComparison.Ordinal);
    }

    private static async Task<string> MetricsAsync(TestFront front)
    {
        using var answer = await front.GetAsync("/metrics");
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<HttpStatusCode> RefusedAsync(TestFront front, string supervisor, string? origin = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(SocketClient.Address(front, supervisor), CancellationToken.None));
        return socket.HttpStatusCode;
    }
}
