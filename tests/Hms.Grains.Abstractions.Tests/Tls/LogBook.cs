using Microsoft.Extensions.Logging;

namespace Hms.Grains.Tests.Tls;

/// <summary>What our TLS logs, kept for a test that waits for it.</summary>
internal sealed class LogBook : ILoggerProvider, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string[] Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>The next line that holds the words, after so many lines.</summary>
    public async Task<string> HoldsAsync(string words, int after = 0)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_lines.Skip(after).FirstOrDefault(line => line.Contains(words, StringComparison.Ordinal)) is { } found)
                {
                    return found;
                }

                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{words}' was not said, but: {string.Join(Environment.NewLine, Lines.Skip(after))}");
            }
        }
    }

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("Hms.", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            _lines.Add(formatter(state, exception));
            (more, _more) = (_more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        more.SetResult();
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }
}
