namespace Hms.Http.Tests;

/// <summary>Waits until something is called off, and goes on.</summary>
internal static class Cancelled
{
    public static async Task By(CancellationToken token)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(over.SetResult);
        await over.Task.WaitAsync(TestFront.Patience, CancellationToken.None);
    }
}
