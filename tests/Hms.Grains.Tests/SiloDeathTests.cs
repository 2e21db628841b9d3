using System.Text;
using Hms.Abstractions;
using Hms.Domain.Entities;
using Hms.Protocol;
using Hms.Protocol.Coordination;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.TestingHost;
using ErrorCode = Hms.Protocol.ErrorCode;

namespace Hms.Grains.Tests;

/// <summary>A silo that dies, one that is overtaken, and grains that nobody needs.</summary>
public sealed class SiloDeathTests : IAsyncLifetime
{
    // Only turns what never ends into a failure.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClusterFixture _cluster = new();

    private IFabric Fabric => _cluster.Fabric;

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Mailboxes_of_a_silo_that_died_serve_again_with_all_that_was_acknowledged()
    {
        var died = _cluster.Engines[2];
        var workers = new List<string>();
        while (workers.Count < 12 || !workers.Exists(worker => died.Local.Holds(EntityKey.Mailbox(worker))))
        {
            Assert.True(workers.Count < 1000, "a silo was given no mailbox");
            var worker = $"worker-{workers.Count}";
            workers.Add(worker);
            await RegisterAsync(worker);
            await Fabric.SendAsync(new SendRequest(Message(worker, $"first-{worker}")));
        }

        await _cluster.Cluster.KillSiloAsync(_cluster.Cluster.Silos[2]);

        foreach (var worker in workers)
        {
            var received = await RetriedAsync(() => Fabric.Mailbox(worker).ReceiveAsync(new ReceiveRequest { AutoAck = true }));
            Assert.Contains($"first-{worker}", Encoding.UTF8.GetString(Assert.Single(received).Message.Span), StringComparison.Ordinal);
            await RetriedAsync(() => Fabric.SendAsync(new SendRequest(Message(worker, $"second-{worker}"))));
            Assert.Single(await Fabric.Mailbox(worker).ReceiveAsync(new ReceiveRequest()));
        }
    }

    [Fact]
    public async Task Receiver_that_waits_while_the_silo_of_its_mailbox_dies_is_told_or_has_the_next_message()
    {
        string[] workers = [.. Enumerable.Range(0, 12).Select(number => $"waiting-{number}")];
        foreach (var worker in workers)
        {
            await RegisterAsync(worker);
        }

        var waiting = workers.ToDictionary(worker => worker, worker => Fabric.Mailbox(worker).ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromMinutes(1) }).AsTask());
        await _cluster.Cluster.KillSiloAsync(_cluster.Cluster.Silos[1]);
        foreach (var worker in workers)
        {
            await RetriedAsync(() => Fabric.SendAsync(new SendRequest(Message(worker, $"to-{worker}"))));
        }

        var told = 0;
        foreach (var (worker, receiving) in waiting)
        {
            try
            {
                Assert.Single(await receiving.WaitAsync(Patience));
            }
            catch (FaultException e) when (e.Fault.Code == ErrorCode.Unavailable)
            {
                told++;
                Assert.Single(await RetriedAsync(() => Fabric.Mailbox(worker).ReceiveAsync(new ReceiveRequest())));
            }
        }

        Assert.True(told < workers.Length, "those whose mailboxes live elsewhere have nothing to be told");
    }

    [Fact]
    public async Task Receive_that_was_asked_before_a_silo_died_and_comes_late_is_given_nothing()
    {
        await RegisterAsync("worker");
        await Fabric.SendAsync(new SendRequest(Message("worker", "only")));
        var silo = _cluster.Cluster.Silos[0].ServiceProvider;
        var mailbox = silo.GetRequiredService<IGrainFactory>().GetGrain<ISupervisorGrain>("worker");
        _cluster.Engines[0].Deaths.Mark();

        var died = _cluster.Cluster.Silos[2];
        await _cluster.Cluster.KillSiloAsync(died);
        await EventuallyAsync(
            () => Task.FromResult(_cluster.Cluster.Silos.Where(other => other != died).All(other => Members(other).GetSiloStatus(died.SiloAddress) == SiloStatus.Dead)),
            static known => known);

        await RefusedAsync(async () => await mailbox.ReceiveAsync(new ReceiveRequest()));
        var leased = Assert.Single(await Fabric.Mailbox("worker").ReceiveAsync(new ReceiveRequest()));
        Assert.Equal(1, leased.Attempt);

        // Nor is what is leased handed out again, a message stored, or a lock granted.
        await RefusedAsync(async () => await mailbox.RedeliverAsync(0, 10, TimeSpan.FromMinutes(1)));
        await RefusedAsync(async () => await mailbox.EnqueueManyAsync([new EnqueueRequest(Message("worker", "late"), "tester", "late") { BodyHash = 1 }]));
        Assert.Equal(1, (await Fabric.Mailbox("worker").AckAsync([leased.Receipt])).Acked);
        Assert.Empty(await Fabric.Mailbox("worker").ReceiveAsync(new ReceiveRequest()));
        var database = silo.GetRequiredService<IGrainFactory>().GetGrain<ILockGrain>("database");
        await RefusedAsync(async () => await database.AcquireAsync(new LockBid("tester", 60_000), default, TimeSpan.Zero));
        Assert.Equal(1, (await Fabric.Locks.AcquireAsync("database", new LockBid("other", 60_000))).FencingToken);

        // It is known again on another silo.
        var serializer = silo.GetRequiredService<Serializer>();
        Assert.IsType<AskedBeforeException>(serializer.Deserialize<Exception>(serializer.SerializeToArray<Exception>(new AskedBeforeException())));

        static async Task RefusedAsync(Func<Task> ask) => await Assert.ThrowsAsync<AskedBeforeException>(ask);
    }

    [Fact]
    public async Task What_is_due_comes_about_though_the_silo_that_was_to_see_to_it_died()
    {
        await RegisterAsync("tester");
        string[] workers = [.. Enumerable.Range(0, 12).Select(number => $"absent-{number}")];
        foreach (var worker in workers)
        {
            await RegisterAsync(worker);
            await Fabric.SendAsync(new SendRequest(Message(worker, $"short-{worker}", """, "ttl": 5000""")));
        }

        await _cluster.Cluster.KillSiloAsync(_cluster.Cluster.Silos[2]);

        // Nobody asks for those mailboxes: that their messages have expired is told to who sent them.
        var told = 0;
        using var patience = new CancellationTokenSource(Patience);
        while (told < workers.Length && !patience.IsCancellationRequested)
        {
            await _cluster.AdvanceAsync(TimeSpan.FromSeconds(5));
            told += (await RetriedAsync(() => Fabric.Mailbox("tester").ReceiveAsync(new ReceiveRequest { Max = 100, AutoAck = true }))).Count;
        }

        Assert.Equal(workers.Length, told);
    }

    [Fact]
    public async Task Grain_that_was_overtaken_leaves_and_the_next_call_reads_the_truth()
    {
        var key = EntityKey.Lock("contested");
        Assert.True((await Fabric.Locks.AcquireAsync("contested", new LockBid("one", 60_000))).Granted);
        var engine = Assert.Single(_cluster.Engines, engine => engine.Local.Holds(key));

        // A second activation, which Orleans allows for a moment when a silo is cut off.
        var twin = engine.Make.Lock("contested");
        await twin.ReleaseAsync("one", 1, null);
        Assert.True((await twin.AcquireAsync(new LockBid("two", 60_000), default, TimeSpan.Zero)).Answer.Granted);

        var refused = await Assert.ThrowsAsync<FaultException>(
            async () => await Fabric.Locks.RenewAsync("contested", "one", 1, TimeSpan.FromSeconds(30)));
        Assert.Equal(ErrorCode.Unavailable, refused.Fault.Code);

        var record = await EventuallyAsync(
            async () => await RetriedAsync(() => Fabric.Locks.GetAsync("contested")), static record => record.Holder == "two");
        Assert.Equal(2, record.FencingToken);
    }

    [Fact]
    public async Task Grain_that_nobody_asks_for_leaves_and_one_with_a_lease_stays()
    {
        await RegisterAsync("idle");
        await RegisterAsync("busy");
        await Fabric.SendAsync(new SendRequest(Message("busy", "leased")));
        var leased = Assert.Single(await Fabric.Mailbox("busy").ReceiveAsync(new ReceiveRequest { Lease = TimeSpan.FromHours(1) }));

        await _cluster.AdvanceAsync(TimeSpan.FromMinutes(12));

        await EventuallyAsync(() => Task.FromResult(_cluster.Engines.Any(engine => engine.Local.Holds(EntityKey.Mailbox("idle")))), static held => !held);
        Assert.Contains(_cluster.Engines, engine => engine.Local.Holds(EntityKey.Mailbox("busy")));
        Assert.Equal(1, (await Fabric.Mailbox("busy").AckAsync([leased.Receipt])).Acked);
    }

    [Fact]
    public async Task Status_is_told_also_while_the_store_is_away()
    {
        _cluster.Store.Problem = "is away";

        var status = await Fabric.StatusAsync();

        Assert.Equal(("orleans", "the store is away: is away", null), (status.Engine, status.Problem, status.Supervisors));
        Assert.Equal(status.Problem, await Fabric.ProblemAsync());
        _cluster.Store.Problem = null;
        await RegisterAsync("worker");
        status = await RetriedAsync(() => Fabric.StatusAsync());
        Assert.Equal((null, 1), (status.Problem, status.Supervisors));
    }

    [Fact]
    public async Task Type_that_is_put_on_one_silo_is_checked_on_all_when_the_answer_comes()
    {
        var schema = """{"type":"object","required":["level"]}"""u8.ToArray();
        await _cluster.FabricOf(1).MessageTypes.PutAsync(
            new Hms.Protocol.Catalogue.MessageTypeDefinition("coolant_report", "custom", "", [], [], null, schema));

        for (var silo = 0; silo < 3; silo++)
        {
            Assert.NotEmpty(await _cluster.FabricOf(silo).ValidateAsync(Message("worker", "m", type: "coolant_report")));
        }
    }

    [Fact]
    public async Task Types_that_are_put_on_several_silos_at_once_are_the_same_on_all_in_the_end()
    {
        for (var round = 0; round < 20; round++)
        {
            var type = $"report_{round}";
            await Task.WhenAll(Enumerable.Range(0, 6).Select(put => Task.Run(() => _cluster.FabricOf(put % 3).MessageTypes.PutAsync(
                new Hms.Protocol.Catalogue.MessageTypeDefinition(type, "custom", $"version {put}", [], [], null, "{}"u8.ToArray())).AsTask())));

            var known = await Task.WhenAll(Enumerable.Range(0, 3).Select(silo => _cluster.FabricOf(silo).MessageTypes.GetAsync(type).AsTask()));
            Assert.Single(known.Select(definition => definition.Description).Distinct());
        }
    }

    [Fact]
    public async Task Silo_that_starts_while_the_store_is_away_goes_on_when_it_is_back()
    {
        _cluster.Store.Problem = "is away";
        var starting = _cluster.Cluster.StartAdditionalSiloAsync();
        var catalogue = new EntityKey(EntityKind.Catalogue, Hms.Fabric.Entities.CatalogueEntity.Name);
        await EventuallyAsync(() => Task.FromResult(_cluster.Store.Refused.Contains(catalogue) || starting.IsCompleted), static seen => seen);

        Assert.False(starting.IsCompleted);
        _cluster.Store.Problem = null;
        var silo = await starting.WaitAsync(Patience);
        await RegisterAsync("late");
        Assert.Equal("late", (await silo.ServiceProvider.GetRequiredService<IFabric>().Supervisors.GetAsync("late")).Id);
    }

    private static ClusterMembershipSnapshot Members(InProcessSiloHandle silo) =>
        silo.ServiceProvider.GetRequiredService<IClusterMembershipService>().CurrentSnapshot;

    private async Task RegisterAsync(string supervisor) => await Fabric.Supervisors.RegisterAsync(supervisor, new Registration("test"));

    private static async Task<T> RetriedAsync<T>(Func<ValueTask<T>> call)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                return await call();
            }
            catch (FaultException e) when (e.Fault.Code == ErrorCode.Unavailable && !patience.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> look, Func<T, bool> isThere)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var seen = await look();
            if (isThere(seen) || patience.IsCancellationRequested)
            {
                Assert.True(isThere(seen), $"it has not come about: {seen}");
                return seen;
            }

            await Task.Yield();
        }
    }

    private static byte[] Message(string to, string id, string more = "", string type = "status_note") => Encoding.UTF8.GetBytes(
        $$"""
        {"id":"{{id}}","version":"1.0","timestamp":"2026-01-02T03:04:05Z","source":"tester","destination":"{{to}}","message_type":"{{type}}","content":{}{{more}}}
        """);
}
