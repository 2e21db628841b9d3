using Microsoft.Extensions.Logging;

namespace Hms.Simulation.World;

/// <summary>What a node writes down goes into the trace; an exception that nobody foresaw is a failure of the run.</summary>
internal sealed class SimLogger(SimWorld world, string node) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        world.Scheduler.Note(node, formatter(state, exception));
        if (!Expected.Is(exception))
        {
            world.Fail($"{node} wrote down: {formatter(state, exception)}: {exception}");
        }
    }
}
