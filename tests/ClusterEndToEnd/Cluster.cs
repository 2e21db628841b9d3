using System.Diagnostics;
using Hms.EndToEnd.Tests.Crash;
using Hms.Processes;
using Hms.Storage.Postgres.Tests;
using Npgsql;

namespace Hms.ClusterEndToEnd.Tests;

/// <summary>Three silos, each a process, on one PostgreSQL of their own; clients go to any that is up.</summary>
internal sealed class Cluster : IServer, IAsyncDisposable
{
    public const int Size = 3;

    private const int Dead = 6;

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    // Less than it takes until a silo that is silent is declared dead.
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly List<SiloProcess> _up = [];
    private readonly List<SiloProcess> _all = [];
    private readonly Lock _gate = new();

    public PostgresServer Postgres { get; } = new();

    /// <summary>Starts the database and so many silos.</summary>
    public async Task StartAsync(int silos = Size)
    {
        await Postgres.InitializeAsync();
        await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => AddAsync()));
    }

    /// <summary>Any of the silos that are up.</summary>
    public async Task<Uri> AddressAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_up.Count > 0)
                {
                    return _up[Random.Shared.Next(_up.Count)].Server.Address;
                }
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>Starts a further silo and returns when it is an active member.</summary>
    /// <param name="address">Where the others reach it.</param>
    /// <param name="through">The program, with its arguments, that starts it; none where it starts by itself.</param>
    public async Task<SiloProcess> AddAsync(string address = "127.0.0.1", params string[] through)
    {
        var ports = FreePorts.Take(2);
        string[] arguments =
        [
            "--urls", $"http://{address}:0", "--clustering", "postgres", "--connection", Postgres.ConnectionString,
            "--Silo:Address", address, "--Silo:Port", $"{ports[0]}", "--Silo:GatewayPort", $"{ports[1]}", .. address == "127.0.0.1" ? [] : (string[])["--insecure"],
        ];
        var silo = new SiloProcess(ServerProcess.Spawn(Repository.SiloAssembly(), through, arguments), ports[0]);
        lock (_gate)
        {
            _all.Add(silo);
        }

        await silo.Server.ReadyAsync(StartPatience);
        lock (_gate)
        {
            _up.Add(silo);
        }

        return silo;
    }

    /// <summary>One of the silos that are up, to be dealt with: no client goes to it any more.</summary>
    public SiloProcess Take()
    {
        lock (_gate)
        {
            var silo = _up[Random.Shared.Next(_up.Count)];
            _up.Remove(silo);
            return silo;
        }
    }

    /// <summary>As <see cref="Take"/>, this one.</summary>
    public void Take(SiloProcess silo)
    {
        lock (_gate)
        {
            _up.Remove(silo);
        }
    }

    /// <summary>SIGKILL, whatever it is doing.</summary>
    public static async Task KillAsync(SiloProcess silo)
    {
        silo.Server.Kill();
        await EndedAsync(silo);
    }

    /// <summary>Waits until the others have declared a silo dead. They do so also where nobody asks for anything that lives there.</summary>
    public async Task DeclaredDeadAsync(SiloProcess silo)
    {
        await using var connection = new NpgsqlConnection(Postgres.ConnectionString);
        await connection.OpenAsync();
        await using var reading = new NpgsqlCommand("SELECT status FROM hms_orleans.silo WHERE port = $1", connection) { Parameters = { new() { Value = silo.Port } } };
        var began = Stopwatch.GetTimestamp();
        while (await reading.ExecuteScalarAsync() is not Dead)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < EndPatience, $"the others have not declared the silo at port {silo.Port} dead");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Asks those that are up whether they are ready, as probes do, until something is done: they are, whatever has become of others.</summary>
    public async Task StayReadyAsync(Task until)
    {
        using var client = new HttpClient { Timeout = ProbePatience };
        do
        {
            Uri[] servers;
            lock (_gate)
            {
                servers = [.. _up.Select(silo => new Uri(silo.Server.Address, "/health/ready"))];
            }

            var answers = await Task.WhenAll(servers.Select(server => client.GetStringAsync(server)));
            Assert.All(answers, answer => Assert.Contains("ready", answer, StringComparison.Ordinal));
        }
        while (await Task.WhenAny(until, Task.Delay(Pause)) != until);
        await until;
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public static Task<int> StopAsync(SiloProcess silo)
    {
        silo.Server.Terminate();
        return EndedAsync(silo);
    }

    /// <summary>Waits for the end of a silo. What it had asked of mailboxes elsewhere on behalf of receivers stays leased until the lease ends.</summary>
    public static Task<int> EndedAsync(SiloProcess silo) => silo.Server.WaitForExitAsync(EndPatience);

    public string Output()
    {
        lock (_gate)
        {
            return string.Join("\n----\n", _all.Select(silo => silo.Server.Output));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _all)
        {
            await silo.Server.DisposeAsync();
        }

        await Postgres.DisposeAsync();
    }
}

/// <summary>One silo.</summary>
/// <param name="Server">Its process.</param>
/// <param name="Port">Where other silos reach it.</param>
internal sealed record SiloProcess(ServerProcess Server, int Port);
