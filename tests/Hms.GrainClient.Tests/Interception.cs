using System.Collections.Concurrent;
using Hms.GrainClient.Connecting;

namespace Hms.GrainClient.Tests;

/// <summary>Does something when a call of the client has been answered, before its caller hears of it; knows how long each might have taken.</summary>
internal sealed class Interception : IOutgoingGrainCallFilter
{
    private (string Method, Func<Task> Act)? _next;

    /// <summary>How long the last call of each method might have taken.</summary>
    public ConcurrentDictionary<string, TimeSpan> Limits { get; } = [];

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        Limits[context.MethodName] = CallLimits.LimitOf(context.Request);
        await context.Invoke();
        if (_next is { } next && next.Method == context.MethodName)
        {
            _next = null;
            await next.Act();
        }
    }

    /// <summary>Does it once, at the next answer to this method.</summary>
    public void Once(string method, Func<Task> act) => _next = (method, act);
}
