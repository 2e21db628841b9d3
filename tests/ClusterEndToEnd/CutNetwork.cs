using System.Diagnostics;

namespace Hms.ClusterEndToEnd.Tests;

/// <summary>
/// A network of its own for one silo, with a wire to the others that can be cut. The database it still reaches, by its socket in the file system: so the
/// silo that is cut off does its best to go on. Needs to be root, and <c>ip</c>.
/// </summary>
internal sealed class CutNetwork : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"];

    private readonly string _name = $"hms{Environment.ProcessId % 100_000}";
    private readonly string _net = $"10.{Random.Shared.Next(100, 200)}.{Random.Shared.Next(1, 250)}";
    private readonly string _ip;

    private CutNetwork(string ip) => _ip = ip;

    /// <summary>The silo that can be cut off.</summary>
    public SiloProcess? Silo { get; private set; }

    public static async Task<CutNetwork> CreateAsync()
    {
        var ip = Array.Find(Places, File.Exists);
        Assert.SkipWhen(ip is null || Environment.UserName != "root", "a network can be cut by root only, with ip");
        var network = new CutNetwork(ip!);
        Assert.SkipUnless(await network.TryAsync("netns", "add", network._name), "this machine makes no network namespaces");
        await network.RunAsync("link", "add", $"{network._name}a", "type", "veth", "peer", "name", $"{network._name}b", "netns", network._name);
        await network.RunAsync("addr", "add", $"{network._net}.1/24", "dev", $"{network._name}a");
        await network.RunAsync("link", "set", $"{network._name}a", "up");
        await network.RunAsync("-n", network._name, "addr", "add", $"{network._net}.2/24", "dev", $"{network._name}b");
        await network.RunAsync("-n", network._name, "link", "set", $"{network._name}b", "up");
        await network.RunAsync("-n", network._name, "link", "set", "lo", "up");
        return network;
    }

    /// <summary>Starts the silos of a cluster on this network: one at its far end, the others at its near one.</summary>
    public async Task StartAsync(Cluster cluster)
    {
        Silo = await cluster.AddAsync($"{_net}.2", _ip, "netns", "exec", _name);
        await Task.WhenAll(Enumerable.Range(1, Cluster.Size - 1).Select(_ => cluster.AddAsync($"{_net}.1")));
    }

    public Task CutAsync() => RunAsync("link", "set", $"{_name}a", "down");

    public Task MendAsync() => RunAsync("link", "set", $"{_name}a", "up");

    public async ValueTask DisposeAsync()
    {
        await TryAsync("link", "del", $"{_name}a");
        await TryAsync("netns", "del", _name);
    }

    private async Task RunAsync(params string[] arguments) =>
        Assert.True(await TryAsync(arguments), $"ip {string.Join(' ', arguments)} failed");

    private async Task<bool> TryAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(_ip, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
