using System.Diagnostics;
using Hms.Http.Metering;

namespace Hms.Http.Guarding;

/// <summary>What every request passes, once: the check of who sends it, the clock, and the place where errors become answers.</summary>
internal sealed class Front(RequestDelegate next, OriginGuard guard, Failures failures, HttpMetrics metrics)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            if (guard.Refusal(context.Request) is { } refusal)
            {
                await failures.RefuseAsync(context, new Fault(ErrorCode.Forbidden, refusal));
            }
            else
            {
                await next(context);
                if (context.Response is { StatusCode: >= 400, HasStarted: false })
                {
                    await failures.ExplainAsync(context);
                }
            }
        }
#pragma warning disable CA1031 // This is the one place where whatever went wrong becomes an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await failures.AnswerAsync(context, exception);
        }
        finally
        {
            metrics.Answered(context, Stopwatch.GetElapsedTime(started));
        }
    }
}
