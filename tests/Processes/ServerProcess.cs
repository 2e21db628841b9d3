using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Hms.Processes;

/// <summary>A server as its own process, as a user would start it: found by what it prints, ended by signals.</summary>
/// <remarks>Compiled into the end-to-end tests and into the bench; both see the server only from outside.</remarks>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigStop = 19;
    private const int SigCont = 18;
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(10);
    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly Process process;
    private readonly List<string> output = [];
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EventHandler killWithParent;
    private (string? Line, TaskCompletionSource Answered) awaited;

    private ServerProcess(Process process)
    {
        this.process = process;
        killWithParent = (_, _) => Kill();
        AppDomain.CurrentDomain.ProcessExit += killWithParent;
    }

    /// <summary>The process id, as <c>/proc</c> names it.</summary>
    public int Id => process.Id;

    /// <summary>Where it listens; on every interface (<c>0.0.0.0</c>) is reached by loopback. Throws until the line was seen.</summary>
    public Uri Address => listening.Task.IsCompletedSuccessfully
        ? listening.Task.Result
        : throw new InvalidOperationException(Explain("It has not said where it listens."));

    /// <summary>Everything printed so far, on both streams, in the order it was read.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return string.Join(Environment.NewLine, output);
        }
    }

    /// <summary>Starts <c>dotnet <paramref name="dll"/></c> and returns at once.</summary>
    public static ServerProcess Spawn(string dll, params IEnumerable<string> arguments) => Spawn(dll, [], arguments);

    /// <summary>As above, through a program that becomes it, such as <c>ip netns exec</c>.</summary>
    public static ServerProcess Spawn(string dll, IReadOnlyList<string> through, IEnumerable<string> arguments)
    {
        if (!File.Exists(dll))
            throw new FileNotFoundException($"There is no server at {dll}: build it first.", dll);
        string[] command = [.. through, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var part in command.Skip(1))
            start.ArgumentList.Add(part);
        start.ArgumentList.Add(dll);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Remove("ASPNETCORE_URLS");

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var server = new ServerProcess(process);
        process.OutputDataReceived += (_, line) => server.Read(line.Data);
        process.ErrorDataReceived += (_, line) => server.Read(line.Data);
        process.Exited += (_, _) => server.listening.TrySetException(new InvalidOperationException("It ended before it listened."));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Starts the server on a free loopback port over <paramref name="data"/> and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(string dll, string data, TimeSpan patience, params IEnumerable<string> further)
    {
        var server = Spawn(dll, ["--urls", "http://127.0.0.1:0", "--data", data, .. further]);
        try
        {
            await server.ReadyAsync(patience);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until <c>GET /health/ready</c> answers 200; throws with all that was printed when it does not.</summary>
    public async Task ReadyAsync(TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            var ready = new Uri(await listening.Task.WaitAsync(timeout.Token), "/health/ready");
            while (!await IsReadyAsync(ready, timeout.Token))
            {
                if (process.HasExited)
                    throw new InvalidOperationException("It ended before it was ready.");
                await Task.Delay(ProbePause, timeout.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            throw new InvalidOperationException(Explain($"The server was not ready within {patience.TotalSeconds:F0} s: {e.Message}"), e);
        }
    }

    /// <summary>Waits until it has printed <paramref name="words"/>; what it prints comes over a pipe, later than what it answers.</summary>
    public async Task SaysAsync(string words, TimeSpan patience)
    {
        var began = Stopwatch.GetTimestamp();
        while (!Output.Contains(words, StringComparison.OrdinalIgnoreCase))
        {
            if (Stopwatch.GetElapsedTime(began) > patience)
                throw new TimeoutException(Explain($"It did not say '{words}'."));
            await Task.Delay(ProbePause);
        }
    }

    /// <summary>Writes a line to its standard input, and waits until it says the same. One at a time.</summary>
    public async Task AskAsync(string line, TimeSpan patience)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (output)
            awaited = (line, answered);
        try
        {
            await process.StandardInput.WriteLineAsync(line);
            await process.StandardInput.FlushAsync();
            await answered.Task.WaitAsync(patience);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            throw new InvalidOperationException(Explain($"It did not do '{line}' within {patience.TotalSeconds:F0} s."), e);
        }
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    public void Kill()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It had already ended, which is what was wanted.
        }
    }

    /// <summary>SIGTERM: asks for a graceful stop.</summary>
    public void Terminate() => Signal(SigTerm);

    /// <summary>SIGSTOP: it stands still, and so does all that it has promised.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>SIGCONT: it goes on, as if nothing had been.</summary>
    public void Resume() => Signal(SigCont);

    /// <summary>Waits for the end and returns the exit code; throws when it outlasts <paramref name="patience"/>.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException(Explain($"The process still ran after {patience.TotalSeconds:F0} s."), e);
        }
    }

    /// <summary>A failure's text, with everything the process printed.</summary>
    public string Explain(string problem) => $"{problem}{Environment.NewLine}--- output of process ---{Environment.NewLine}{Output}";

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= killWithParent;
        Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Signal(int signal)
    {
        if (SendSignal(process.Id, signal) != 0)
            throw new InvalidOperationException(Explain($"Signal {signal} could not be sent."));
    }

    private static async Task<bool> IsReadyAsync(Uri ready, CancellationToken ct)
    {
        try
        {
            using var answer = await Probe.GetAsync(ready, ct);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        lock (output)
        {
            if (line == awaited.Line)
                awaited.Answered.SetResult();
            else
                output.Add(line);
        }
        if (ListeningLine().Match(line) is { Success: true } match)
            listening.TrySetResult(new Uri(match.Groups[1].Value.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"Listening on (http://[^\s,;]+)")]
    private static partial Regex ListeningLine();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
