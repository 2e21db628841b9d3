namespace Hms.Fabric.Entities;

/// <summary>
/// What an entity does in the background after its decisions, never twice at a time: whoever asks for it while it is done has it done
/// once more.
/// </summary>
/// <param name="background">Where it is done.</param>
/// <param name="run">Does it.</param>
/// <param name="fail">Hears what it threw.</param>
internal sealed class Errand(IBackground background, Func<Task> run, Action<Exception> fail)
{
    private int _asked;

    /// <summary>Asks for it.</summary>
    public void Ask()
    {
        if (Interlocked.Increment(ref _asked) == 1)
        {
            _ = background.RunAsync(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _asked);
            try
            {
                await run();
            }
#pragma warning disable CA1031 // Whatever went wrong, who asked meanwhile must be served.
            catch (Exception e)
#pragma warning restore CA1031
            {
                fail(e);
            }
        }
        while (Interlocked.CompareExchange(ref _asked, 0, seen) != seen);
    }
}
