using Hms.Storage.Postgres.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;

namespace Hms.Silo.Tests.Clustering;

/// <summary>States of grains, as Orleans' own provider keeps them in our table.</summary>
public sealed class GrainStorageTests(PostgresServer server) : ClusteringTest(server)
{
    private const string State = "state";

    [Fact]
    public async Task State_that_nobody_wrote_is_a_new_one_without_etag()
    {
        var state = await ReadAsync(await StorageAsync(), Grain("a"));

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.NotNull(state.State);
    }

    [Fact]
    public async Task State_is_read_as_it_was_written_and_every_write_has_another_etag()
    {
        var storage = await StorageAsync();
        var first = await WriteAsync(storage, Grain("a"), new Sample { Text = "x\0y ü 😀", Bytes = [0, 1, 255] });
        var etag = first.ETag;
        var read = await ReadAsync(storage, Grain("a"));

        Assert.True(read.RecordExists);
        Assert.Equal(etag, read.ETag);
        Assert.Equal("x\0y ü 😀", read.State!.Text);
        Assert.Equal([0, 1, 255], read.State!.Bytes);
        first.State!.Text = "second";
        await storage.WriteStateAsync(State, Grain("a"), first);
        Assert.NotEqual(etag, first.ETag);
        Assert.Equal("second", (await ReadAsync(storage, Grain("a"))).State!.Text);
    }

    [Fact]
    public async Task Large_state_of_any_bytes_survives()
    {
        var storage = await StorageAsync();
        var bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);

        await WriteAsync(storage, Grain("a"), new Sample { Bytes = bytes });

        Assert.Equal(bytes, (await ReadAsync(storage, Grain("a"))).State!.Bytes);
    }

    [Fact]
    public async Task Stale_etag_neither_writes_nor_clears()
    {
        var storage = await StorageAsync();
        var state = await WriteAsync(storage, Grain("a"), new Sample { Text = "first" });
        var stale = await ReadAsync(storage, Grain("a"));
        state.State!.Text = "second";
        await storage.WriteStateAsync(State, Grain("a"), state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(State, Grain("a"), stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync(State, Grain("a"), stale));

        Assert.Equal("second", (await ReadAsync(storage, Grain("a"))).State!.Text);
    }

    [Fact]
    public async Task Of_many_who_write_what_nobody_wrote_one_wins()
    {
        var storage = await StorageAsync();

        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await WriteAsync(storage, Grain("a"), new Sample { Text = $"{i}" });
                return $"{i}";
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        }));

        Assert.Equal(Assert.Single(written, text => text is not null), (await ReadAsync(storage, Grain("a"))).State!.Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task State_that_was_cleared_is_empty_and_may_be_written_again_by_its_grain_and_by_another(bool deletes)
    {
        var storage = await StorageAsync(deletes);
        var state = await WriteAsync(storage, Grain("a"), new Sample { Text = "first" });

        await storage.ClearStateAsync(State, Grain("a"), state);

        Assert.False(state.RecordExists);
        Assert.Equal(deletes ? 0L : 1L, await ReadAsync<long>("SELECT count(*) FROM grain_state"));
        var seen = await ReadAsync(storage, Grain("a"));
        Assert.False(seen.RecordExists);
        Assert.Null(seen.State!.Text);
        Assert.Equal(state.ETag, seen.ETag);
        seen.State!.Text = "second";
        await storage.WriteStateAsync(State, Grain("a"), seen);
        Assert.Equal("second", (await ReadAsync(storage, Grain("a"))).State!.Text);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(State, Grain("a"), state));
    }

    [Fact]
    public async Task Etag_of_a_state_that_was_deleted_does_not_write_over_the_next_one()
    {
        var storage = await StorageAsync(deletes: true);
        var state = await WriteAsync(storage, Grain("a"), new Sample());
        var stale = await ReadAsync(storage, Grain("a"));
        await storage.ClearStateAsync(State, Grain("a"), state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(State, Grain("a"), stale));
        await storage.WriteStateAsync(State, Grain("a"), state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(State, Grain("a"), stale));
    }

    [Fact]
    public async Task Clearing_what_nobody_wrote_does_nothing()
    {
        var storage = await StorageAsync();

        await storage.ClearStateAsync(State, Grain("a"), new GrainState<Sample>());

        Assert.Equal(0L, await ReadAsync<long>("SELECT count(*) FROM grain_state"));
    }

    [Fact]
    public async Task Grains_with_like_keys_and_states_of_other_names_have_states_of_their_own()
    {
        var storage = await StorageAsync();
        GrainId[] grains =
        [
            Grain("word"),
            Grain("other word"),
            GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateIntegerKey(0)),
            GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateIntegerKey(0, "word")),
            GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateIntegerKey(-1)),
            GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))),
            GrainId.Create(GrainType.Create("test"), GrainIdKeyExtensions.CreateGuidKey(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), "word")),
        ];
        foreach (var (grain, i) in grains.Select((grain, i) => (grain, i)))
        {
            await WriteAsync(storage, grain, new Sample { Text = $"{i}" });
        }

        await storage.WriteStateAsync("other state", grains[0], new GrainState<Sample>(new Sample { Text = "other" }));

        foreach (var (grain, i) in grains.Select((grain, i) => (grain, i)))
        {
            Assert.Equal($"{i}", (await ReadAsync(storage, grain)).State!.Text);
        }
    }

    private static GrainId Grain(string key) => GrainId.Create("test", key);

    private static async Task<GrainState<Sample>> ReadAsync(IGrainStorage storage, GrainId grain)
    {
        var state = new GrainState<Sample>();
        await storage.ReadStateAsync(State, grain, state);
        return state;
    }

    private static async Task<GrainState<Sample>> WriteAsync(IGrainStorage storage, GrainId grain, Sample sample)
    {
        var state = new GrainState<Sample>(sample);
        await storage.WriteStateAsync(State, grain, state);
        return state;
    }

    // The provider reads its queries in a stage of the silo's life; here it lives alone.
    private async Task<IGrainStorage> StorageAsync(bool deletes = false)
    {
        var silo = Silo(builder => builder.Services.Configure<AdoNetGrainStorageOptions>("Default", options => options.DeleteStateOnClear = deletes));
        var storage = silo.Services.GetRequiredKeyedService<IGrainStorage>("Default");
        var life = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        ((ILifecycleParticipant<ISiloLifecycle>)storage).Participate(life);
        await life.OnStart(CancellationToken.None);
        return storage;
    }

    [GenerateSerializer]
    internal sealed class Sample
    {
        [Id(0)]
        public string? Text { get; set; }

        [Id(1)]
        public byte[]? Bytes { get; set; }
    }
}
