using System.Diagnostics;
using System.Text;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Microsoft.Extensions.DependencyInjection;

namespace Hms.GrainClient.Tests;

public sealed class ConnectionTests : IAsyncDisposable
{
    // A call that nobody answers would be given up later than this.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    private readonly SocketSilo _silo = new();

    [Fact]
    public async Task Client_that_loses_its_only_silo_says_so_at_once_and_finds_it_again_by_itself()
    {
        await _silo.StartAsync();
        var (host, fabric) = await _silo.StartClientAsync();
        using var client = host;
        await fabric.Supervisors.RegisterAsync("worker", new Registration("test"));
        await fabric.Supervisors.RegisterAsync("other", new Registration("test"));
        await fabric.Locks.AcquireAsync("database", new LockBid("holder", 60_000));
        var waiter = fabric.Locks.AcquireAsync("database", new LockBid("waiter", 60_000), Minute).AsTask();
        var receiver = fabric.Mailbox("worker").ReceiveAsync(new ReceiveRequest { Wait = Minute }).AsTask();
        await fabric.Barriers.CreateAsync(new BarrierCall("upgrade", "other", ["other"], 60_000));
        var barrier = fabric.Barriers.GetAsync("upgrade", Minute).AsTask();
        await UntilAsync(async () => (await fabric.Locks.GetAsync("database")).Waiters.Count == 1);

        await _silo.KillAsync();

        var lost = await Assert.ThrowsAsync<FaultException>(() => waiter.WaitAsync(Soon));
        Assert.Equal(ErrorCode.Unavailable, lost.Fault.Code);
        var gone = await Assert.ThrowsAsync<FaultException>(() => fabric.Supervisors.GetAsync("worker").AsTask().WaitAsync(Soon));
        Assert.Equal(ErrorCode.Unavailable, gone.Fault.Code);
        Assert.True(gone.Fault.RetryAfter > TimeSpan.Zero);
        var unknown = await Assert.ThrowsAsync<FaultException>(() => fabric.Tasks.GetAsync("task", TimeSpan.FromSeconds(1)).AsTask().WaitAsync(Soon));
        Assert.Equal(ErrorCode.Unavailable, unknown.Fault.Code);
        Assert.False(barrier.IsCompleted);

        // What a receive that was lost may have leased, nobody knows.
        var unsure = await Assert.ThrowsAsync<FaultException>(() => receiver.WaitAsync(Soon));
        Assert.Equal(ErrorCode.Unavailable, unsure.Fault.Code);

        await _silo.StartAsync();

        await UntilAsync(async () => (await fabric.SendAsync(new SendRequest(Message("m1")))).Id == "m1");
        Assert.Equal(Message("m1"), Assert.Single(await fabric.Mailbox("worker").ReceiveAsync(new ReceiveRequest())).Message.ToArray());
        await fabric.Barriers.ArriveAsync("upgrade", "other", ready: true);
        Assert.Equal(BarrierPhase.Released, (await barrier.WaitAsync(Soon)).Phase);
        await host.StopAsync();
    }

    [Fact]
    public async Task Client_may_start_before_the_silo()
    {
        using var client = _silo.NewClient();
        var starting = client.StartAsync();
        await _silo.StartAsync();

        await starting;

        var status = await client.Services.GetRequiredService<IFabric>().StatusAsync();
        Assert.Equal("orleans", status.Engine);
        await client.StopAsync();
    }

    [Fact]
    public async Task Client_that_finds_no_silo_says_so_when_its_patience_is_over()
    {
        using var client = _silo.NewClient(options => options.ConnectPatience = TimeSpan.FromSeconds(1));

        var refused = await Assert.ThrowsAsync<FaultException>(() => client.StartAsync());

        Assert.Equal(ErrorCode.Unavailable, refused.Fault.Code);
        Assert.Contains($"cluster hms was reached within 1 s at {_silo.Gateway}: ", refused.Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_of_another_cluster_is_none()
    {
        await _silo.StartAsync();
        using var client = _silo.NewClient(options => (options.ClusterId, options.ConnectPatience) = ("another", TimeSpan.FromSeconds(1)));

        var refused = await Assert.ThrowsAsync<FaultException>(() => client.StartAsync());

        Assert.Equal(ErrorCode.Unavailable, refused.Fault.Code);
        Assert.StartsWith("no silo of the cluster another was reached within 1 s at ", refused.Fault.Message, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    private static byte[] Message(string id) => Encoding.UTF8.GetBytes($$"""
        {"id":"{{id}}","source":"sender","destination":"worker","message_type":"state_query","content":{},
         "timestamp":"2026-01-02T03:04:05Z","version":"1.0"}
        """);

    /// <summary>Waits for what follows by itself; a silo that is away has not done it yet.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                if (await isSo())
                {
                    return;
                }
            }
            catch (FaultException e) when (e.Fault.Code == ErrorCode.Unavailable)
            {
                // Not yet.
            }

            Assert.True(Stopwatch.GetElapsedTime(start) < Minute, "it never came to be so");
            await Task.Delay(20);
        }
    }
}
