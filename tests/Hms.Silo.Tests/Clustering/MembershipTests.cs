using Hms.Storage.Postgres.Tests;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Messaging;
using Orleans.Runtime;

namespace Hms.Silo.Tests.Clustering;

/// <summary>The membership protocol, as Orleans' own table runs it over ours.</summary>
public sealed class MembershipTests(PostgresServer server) : ClusteringTest(server)
{
    [Fact]
    public async Task New_cluster_has_a_version_and_nobody_in_it_however_many_make_it_at_once()
    {
        var tables = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => TableAsync())));

        var data = await tables[0].ReadAllAsync();

        Assert.Empty(data.Members);
        Assert.Equal((0, "0"), (data.Version.Version, data.Version.VersionEtag));
    }

    [Fact]
    public async Task Silo_that_was_inserted_is_read_as_it_was_written()
    {
        var table = await TableAsync();
        var entry = Entry(Address(11111));

        Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync()).Version.Next()));

        var data = await table.ReadRowAsync(entry.SiloAddress);
        Assert.Equal(1, data.Version.Version);
        var read = Assert.Single(data.Members).Item1;
        Assert.Equal(
            (entry.SiloAddress, entry.SiloName, entry.HostName, entry.Status, entry.ProxyPort, entry.StartTime, entry.IAmAliveTime),
            (read.SiloAddress, read.SiloName, read.HostName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime));
        Assert.Empty(read.SuspectTimes ?? []);
    }

    [Fact]
    public async Task Stale_version_inserts_nobody_and_is_not_moved_on()
    {
        var table = await TableAsync();
        var stale = (await table.ReadAllAsync()).Version;
        Assert.True(await table.InsertRowAsync(Entry(Address(1)), stale.Next()));

        Assert.False(await table.InsertRowAsync(Entry(Address(2)), stale.Next()));

        var data = await table.ReadAllAsync();
        Assert.Equal(1, data.Version.Version);
        Assert.Equal(Address(1), Assert.Single(data.Members).Item1.SiloAddress);
    }

    [Fact]
    public async Task Silo_that_is_there_already_is_not_inserted_again_and_the_version_is_not_moved_on()
    {
        var table = await TableAsync();
        Assert.True(await table.InsertRowAsync(Entry(Address(1)), (await table.ReadAllAsync()).Version.Next()));

        Assert.False(await table.InsertRowAsync(Entry(Address(1), SiloStatus.Active), (await table.ReadAllAsync()).Version.Next()));

        var data = await table.ReadAllAsync();
        Assert.Equal(1, data.Version.Version);
        Assert.Equal(SiloStatus.Joining, Assert.Single(data.Members).Item1.Status);
    }

    [Fact]
    public async Task Of_many_who_insert_from_one_version_one_wins()
    {
        var table = await TableAsync();
        for (var round = 0; round < 10; round++)
        {
            var version = (await table.ReadAllAsync()).Version.Next();

            var won = await Task.WhenAll(Enumerable.Range(1, 8).Select(port => table.InsertRowAsync(Entry(Address(port, generation: round)), version)));

            Assert.Single(won, true);
        }

        var data = await table.ReadAllAsync();
        Assert.Equal((10, 10), (data.Version.Version, data.Members.Count));
    }

    [Fact]
    public async Task Update_changes_one_silo_with_its_suspicions_and_moves_the_version_on()
    {
        var table = await TableAsync();
        await InsertAsync(table, Entry(Address(1)), Entry(Address(2)));
        var changed = Entry(Address(1), SiloStatus.Active);
        changed.IAmAliveTime = changed.IAmAliveTime.AddSeconds(1);
        changed.SuspectTimes = [Tuple.Create(Address(2), changed.StartTime), Tuple.Create(Address(3), changed.StartTime.AddSeconds(2))];

        Assert.True(await UpdateAsync(table, changed));

        var data = await table.ReadAllAsync();
        Assert.Equal(3, data.Version.Version);
        var read = data.Members.Single(member => member.Item1.SiloAddress.Equals(Address(1))).Item1;
        Assert.Equal((SiloStatus.Active, changed.IAmAliveTime), (read.Status, read.IAmAliveTime));
        Assert.Equal(changed.SuspectTimes, read.SuspectTimes);
        Assert.Equal(SiloStatus.Joining, data.Members.Single(member => member.Item1.SiloAddress.Equals(Address(2))).Item1.Status);
    }

    [Fact]
    public async Task Update_from_a_stale_version_changes_nothing()
    {
        var table = await TableAsync();
        await InsertAsync(table, Entry(Address(1)));
        var stale = await table.ReadRowAsync(Address(1));
        await InsertAsync(table, Entry(Address(2)));

        Assert.False(await table.UpdateRowAsync(Entry(Address(1), SiloStatus.Dead), stale.Members[0].Item2, stale.Version.Next()));

        var data = await table.ReadAllAsync();
        Assert.Equal(2, data.Version.Version);
        Assert.All(data.Members, member => Assert.Equal(SiloStatus.Joining, member.Item1.Status));
    }

    [Fact]
    public async Task Update_of_an_unknown_silo_changes_nothing()
    {
        var table = await TableAsync();
        await InsertAsync(table, Entry(Address(1)));
        var version = (await table.ReadAllAsync()).Version;

        Assert.False(await table.UpdateRowAsync(Entry(Address(9), SiloStatus.Dead), version.VersionEtag, version.Next()));

        Assert.Equal(1, (await table.ReadAllAsync()).Version.Version);
    }

    [Fact]
    public async Task Of_many_who_update_from_one_version_one_wins()
    {
        var table = await TableAsync();
        await InsertAsync(table, [.. Enumerable.Range(1, 8).Select(port => Entry(Address(port)))]);
        for (var round = 0; round < 5; round++)
        {
            var read = await table.ReadAllAsync();

            var won = await Task.WhenAll(read.Members.Select(
                member => table.UpdateRowAsync(Entry(member.Item1.SiloAddress, SiloStatus.Active), member.Item2, read.Version.Next())));

            Assert.Single(won, true);
        }

        var data = await table.ReadAllAsync();
        Assert.Equal(13, data.Version.Version);
        Assert.InRange(data.Members.Count(member => member.Item1.Status == SiloStatus.Active), 1, 5);
    }

    [Fact]
    public async Task Sign_of_life_changes_that_silo_alone_and_not_the_version()
    {
        var table = await TableAsync();
        await InsertAsync(table, Entry(Address(1)), Entry(Address(2)));
        var alive = Entry(Address(1), SiloStatus.Dead);
        alive.IAmAliveTime = alive.IAmAliveTime.AddMinutes(5);

        await table.UpdateIAmAliveAsync(alive);

        var data = await table.ReadAllAsync();
        Assert.Equal(2, data.Version.Version);
        var read = (await table.ReadRowAsync(Address(1))).Members.Single().Item1;
        Assert.Equal((SiloStatus.Joining, alive.IAmAliveTime), (read.Status, read.IAmAliveTime));
        Assert.NotEqual(alive.IAmAliveTime, (await table.ReadRowAsync(Address(2))).Members.Single().Item1.IAmAliveTime);
    }

    [Fact]
    public async Task Row_of_a_silo_that_is_not_there_has_the_version_and_no_member()
    {
        var table = await TableAsync();
        await InsertAsync(table, Entry(Address(1)));

        var data = await table.ReadRowAsync(Address(1, generation: 2));

        Assert.Empty(data.Members);
        Assert.Equal(1, data.Version.Version);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cleaning_up_takes_the_dead_that_were_not_heard_of_for_long_and_nobody_else(bool withQueryOfThisVersion)
    {
        if (!withQueryOfThisVersion)
        {
            await ExecuteAsync("DELETE FROM orleansquery WHERE querykey = 'CleanupDefunctSiloEntryKey'");
        }

        var table = await TableAsync();
        var longDead = Entry(Address(1), SiloStatus.Dead);
        var heardOf = Entry(Address(2), SiloStatus.Dead);
        heardOf.IAmAliveTime = heardOf.IAmAliveTime.AddHours(1);
        var suspected = Entry(Address(5), SiloStatus.Dead);
        suspected.SuspectTimes = [Tuple.Create(Address(3), suspected.StartTime.AddHours(1))];
        await InsertAsync(table, longDead, heardOf, Entry(Address(3), SiloStatus.Active), Entry(Address(4)), Entry(Address(5)));
        Assert.True(await UpdateAsync(table, suspected));
        var other = await TableAsync("other-cluster");
        await InsertAsync(other, Entry(Address(1), SiloStatus.Dead));

        await table.CleanupDefunctSiloEntriesAsync(new DateTimeOffset(longDead.IAmAliveTime.AddMinutes(1)));

        var data = await table.ReadAllAsync();
        Assert.Equal([Address(2), Address(3), Address(4), Address(5)], data.Members.Select(member => member.Item1.SiloAddress).Order());
        Assert.Equal(6, data.Version.Version);
        Assert.Single((await other.ReadAllAsync()).Members);
    }

    [Fact]
    public async Task Cleaning_up_takes_also_the_dead_whose_suspicions_are_old()
    {
        var table = await TableAsync();
        await InsertAsync(table, Entry(Address(1)));
        var dead = Entry(Address(1), SiloStatus.Dead);
        dead.SuspectTimes = [Tuple.Create(Address(2), dead.StartTime.AddSeconds(1))];
        Assert.True(await UpdateAsync(table, dead));

        await table.CleanupDefunctSiloEntriesAsync(new DateTimeOffset(dead.IAmAliveTime.AddMinutes(1)));

        Assert.Empty((await table.ReadAllAsync()).Members);
    }

    [Fact]
    public async Task Cluster_that_is_deleted_takes_no_other_one_with_it_and_may_be_made_anew()
    {
        var table = await TableAsync();
        var other = await TableAsync("other-cluster");
        await InsertAsync(table, Entry(Address(1)));
        await InsertAsync(other, Entry(Address(1)));

        await table.DeleteMembershipTableEntriesAsync(ClusterId);
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true);

        var data = await table.ReadAllAsync();
        Assert.Empty(data.Members);
        Assert.Equal(0, data.Version.Version);
        Assert.Single((await other.ReadAllAsync()).Members);
    }

    [Fact]
    public async Task Schemas_in_one_database_know_nothing_of_one_another()
    {
        var second = $"{Schema[..20]}_second";
        await OrleansSchema.MigrateAsync(Database, second);
        var table = await TableAsync();
        await InsertAsync(table, Entry(Address(1)));

        var other = Silo(schema: second).Services.GetRequiredService<IMembershipTable>();
        await other.InitializeMembershipTableAsync(tryInitTableVersion: true);

        Assert.Empty((await other.ReadAllAsync()).Members);
    }

    [Fact]
    public async Task Gateways_are_the_active_silos_that_take_clients()
    {
        var table = await TableAsync();
        await InsertAsync(
            table,
            Entry(Address(1), SiloStatus.Active, proxyPort: 30001),
            Entry(Address(2), SiloStatus.Dead, proxyPort: 30002),
            Entry(Address(3), SiloStatus.Active, proxyPort: 0),
            Entry(Address(4, generation: 7), SiloStatus.Active, proxyPort: 30004));
        var gateways = Client().Services.GetRequiredService<IGatewayListProvider>();
        await gateways.InitializeGatewayListProviderAsync();

        Assert.Equal(
            [Address(30001).ToGatewayUri(), Address(30004, generation: 7).ToGatewayUri()],
            (await gateways.GetGatewaysAsync()).OrderBy(uri => uri.Port));
    }

    private async Task<IMembershipTable> TableAsync(string cluster = ClusterId)
    {
        var table = Silo(cluster: cluster).Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true);
        return table;
    }

    private static async Task<bool> UpdateAsync(IMembershipTable table, MembershipEntry entry)
    {
        var row = await table.ReadRowAsync(entry.SiloAddress);
        return await table.UpdateRowAsync(entry, row.Members.Single().Item2, row.Version.Next());
    }

    private static async Task InsertAsync(IMembershipTable table, params MembershipEntry[] entries)
    {
        foreach (var entry in entries)
        {
            Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync()).Version.Next()));
        }
    }
}
