using System.Diagnostics;
using Hms.Processes;

namespace Hms.Storage.Postgres.Tests;

/// <summary>
/// A PostgreSQL 15 of the tests' own, on a Unix socket in a folder of its own. It refuses to run as root: started by root, it runs as another user.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string DebianFolder = "/usr/lib/postgresql/15/bin";
    private static readonly string[] Users = ["postgres", "nobody"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string? _programs = FindPrograms();
    private ScratchFolder? _folder;

    /// <summary>Whether there is a PostgreSQL on this machine.</summary>
    public static bool IsInstalled => FindPrograms() is not null;

    /// <summary>How to reach it; skips the test where there is no PostgreSQL.</summary>
    public string ConnectionString
    {
        get
        {
            Assert.SkipWhen(_folder is null, "PostgreSQL 15 is not installed here");
            return $"Host={_folder!.Path};Port=5432;Database=postgres;Username=hms;Password=a-secret";
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (_programs is null)
        {
            return;
        }

        _folder = new ScratchFolder();
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", User(), _folder.Path);
        }

        await RunAsUserAsync("initdb", "-D", Data, "-A", "trust", "-U", "hms", "-E", "UTF8", "--locale=C", "--no-sync");
        await StartAsync();
    }

    public Task StartAsync() => RunAsUserAsync(
        "pg_ctl", "start", "-w", "-D", Data, "-l", _folder!.Combine("log"), "-o", $"-k {_folder.Path} -c listen_addresses=");

    /// <summary>Stops it; at once, as if it had crashed, or so that it writes down what it holds.</summary>
    public Task StopAsync(bool crash) => RunAsUserAsync("pg_ctl", "stop", "-w", "-D", Data, "-m", crash ? "immediate" : "fast");

    /// <summary>What the server has said.</summary>
    public Task<string> ReadLogAsync() => File.ReadAllTextAsync(_folder!.Combine("log"));

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await StopAsync(crash: true);
            _folder.Dispose();
        }
    }

    private string Data => _folder!.Combine("data");

    private static string? FindPrograms() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Prepend(DebianFolder)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));

    private static string User() =>
        Array.Find(Users, user => File.ReadLines("/etc/passwd").Any(line => line.StartsWith($"{user}:", StringComparison.Ordinal)))!;

    private Task RunAsUserAsync(string program, params string[] arguments)
    {
        var file = Path.Combine(_programs!, program);
        return Environment.UserName == "root"
            ? RunAsync("runuser", ["-u", User(), "--", file, .. arguments])
            : RunAsync(file, arguments);
    }

    private async Task RunAsync(string file, params string[] arguments)
    {
        // Its output is not read: the server would inherit the pipe, and hold it open as long as it runs.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$@\" </dev/null >>./output 2>&1", "sh", file, .. arguments])
        {
            WorkingDirectory = _folder!.Path,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, $"{file} {string.Join(' ', arguments)}: {await File.ReadAllTextAsync(_folder.Combine("output"))}");
    }
}
