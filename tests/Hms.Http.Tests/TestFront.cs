using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hms.Http.Tests;

/// <summary>The front on a real Kestrel on a port of its own, before a fake fabric.</summary>
internal sealed class TestFront : IAsyncDisposable
{
    /// <summary>No assertion on time: only so that a broken test ends.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public const string Message =
        """{"id":"m1","source":"a","destination":"b","message_type":"note","content":{},"timestamp":"2025-05-01T14:30:00Z","version":"1.0"}""";

    private TestFront(WebApplication app, FakeFabric fabric, LogOfTest log)
    {
        App = app;
        Fabric = fabric;
        Logged = log.Lines;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = Patience };
    }

    public WebApplication App { get; }

    public FakeFabric Fabric { get; }

    public HttpClient Client { get; }

    public ConcurrentQueue<string> Logged { get; }

    public static async Task<TestFront> StartAsync(
        Action<HttpOptions>? configure = null, Action<WebApplication>? further = null, TimeProvider? time = null)
    {
        var fabric = new FakeFabric();
        var log = new LogOfTest();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton<IFabric>(fabric);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddHmsHttp(configure);
        var app = builder.Build();
        app.MapHms();
        further?.Invoke(app);
        await app.StartAsync();
        return new TestFront(app, fabric, log);
    }

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : Json(json) };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        return await Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpResponseMessage> PostAsync(string path, string? json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json, headers);

    public Task<HttpResponseMessage> PutAsync(string path, string? json) => SendAsync(HttpMethod.Put, path, json);

    /// <summary>A connection on which a test writes what it likes.</summary>
    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Client.BaseAddress!.Port);
        return socket;
    }

    /// <summary>Posts any body, and returns as soon as there is a head.</summary>
    public async Task<HttpResponseMessage> PostBodyAsync(string path, HttpContent body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || body.Headers.TryAddWithoutValidation(name, value));
        }

        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Writes bytes to a connection and reads the whole answer, which must end the connection.</summary>
    public async Task<string> RawAsync(byte[] request)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(request);
        await using var stream = new NetworkStream(socket);
        using var answer = new MemoryStream();
        using var patience = new CancellationTokenSource(Patience);
        await stream.CopyToAsync(answer, patience.Token);
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    public Task<string> RawAsync(string request) => RawAsync(Encoding.UTF8.GetBytes(request));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }

    private sealed class LogOfTest : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Enqueue($"{eventId.Name}: {formatter(state, exception)}");
            }
        }
    }
}
