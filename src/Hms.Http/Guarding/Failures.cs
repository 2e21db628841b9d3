using System.Globalization;
using Hms.Http.Metering;
using Hms.Http.Writing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hms.Http.Guarding;

/// <summary>Turns whatever went wrong into the seed's <c>ErrorResponse</c> (section 5.1), counts it, and logs what matters.</summary>
internal sealed partial class Failures(HttpMetrics metrics, IHostApplicationLifetime lifetime, ILogger<Failures> logger)
{
    /// <summary>What a request is counted under whose client went away before the answer.</summary>
    public const int ClientGone = 499;

    /// <summary>Answers an exception.</summary>
    public Task AnswerAsync(HttpContext context, Exception exception)
    {
        if (context.RequestAborted.IsCancellationRequested || exception is ConnectionAbortedException or ConnectionResetException)
        {
            return Forget(context);
        }

        return exception switch
        {
            FaultException { Fault: var fault } => RefuseAsync(context, fault),
            BadHttpRequestException bad => RefuseAsync(context, FaultOf(bad), StatusOf(bad)),
            OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested =>
                RefuseAsync(context, new Fault(ErrorCode.Unavailable, "the fabric is stopping")),
            _ => BreakAsync(context, exception),
        };
    }

    /// <summary>Answers a fault with its status, or with another one where HTTP has a better word for it.</summary>
    public Task RefuseAsync(HttpContext context, Fault fault, int? status = null)
    {
        Note(context, fault);
        return WriteAsync(context, fault, status ?? fault.Code.HttpStatus());
    }

    /// <summary>Counts a fault, and logs what matters, for whoever answers it within an answer of its own.</summary>
    public void Note(HttpContext context, Fault fault)
    {
        metrics.Refused(fault.Code);
        if (fault.Code is ErrorCode.Unauthenticated or ErrorCode.Forbidden)
        {
            LogSecurity(fault.Code.WireName(), fault.Message, context.Request.Method, context.Request.Path,
                context.Request.Host.Value, context.Request.Headers.Origin, context.Connection.RemoteIpAddress);
        }
        else if (fault.Code is ErrorCode.Internal)
        {
            LogFault(context.Request.Method, context.Request.Path, fault.Message);
        }
    }

    /// <summary>Notes each fault among what came of several messages.</summary>
    public void Note(HttpContext context, IReadOnlyList<SendOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            if (outcome.Fault is { } fault)
            {
                Note(context, fault);
            }
            else if (outcome.Receipt.Results is { } results)
            {
                Note(context, results);
            }
        }
    }

    /// <summary>Counts an exception, and logs it where it is no fault; returns what to say of it.</summary>
    public Fault Note(HttpContext context, Exception exception)
    {
        if (exception is FaultException { Fault: var fault })
        {
            Note(context, fault);
            return fault;
        }

        if (exception is OperationCanceledException && lifetime.ApplicationStopping.IsCancellationRequested)
        {
            metrics.Refused(ErrorCode.Unavailable);
            return new Fault(ErrorCode.Unavailable, "the fabric is stopping");
        }

        metrics.Refused(ErrorCode.Internal);
        LogBroken(exception, context.Request.Method, context.Request.Path);
        return new Fault(ErrorCode.Internal, "the request failed inside the fabric");
    }

    /// <summary>Gives a body to an error that was answered with a bare status: an unknown route, a wrong method.</summary>
    public Task ExplainAsync(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status405MethodNotAllowed =>
            RefuseAsync(context, new Fault(ErrorCode.DestinationNotFound, "this route has no such method: see the Allow header"), 405),
        StatusCodes.Status404NotFound =>
            RefuseAsync(context, new Fault(ErrorCode.DestinationNotFound, "there is no such route: see /openapi/v1.json")),
        var status when status < 500 =>
            RefuseAsync(context, new Fault(ErrorCode.MessageFormat, "the request was not understood"), status),
        _ => RefuseAsync(context, new Fault(ErrorCode.Internal, "the request failed inside the fabric")),
    };

    private static Task Forget(HttpContext context)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = ClientGone;
        }

        return Task.CompletedTask;
    }

    /// <summary>What Kestrel, or a reader of ours, finds wrong with a request as HTTP.</summary>
    public static Fault FaultOf(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new Fault(ErrorCode.PayloadTooLarge, "the body is too large"),
        StatusCodes.Status415UnsupportedMediaType => new Fault(ErrorCode.MessageFormat, bad.Message),
        StatusCodes.Status408RequestTimeout => new Fault(ErrorCode.MessageTimeout, "the body came too slowly"),
        _ => new Fault(ErrorCode.MessageFormat, $"the request is not valid HTTP: {bad.Message}"),
    };

    private static int StatusOf(BadHttpRequestException bad) => bad.StatusCode is >= 400 and < 500 ? bad.StatusCode : 400;

    private static Task WriteAsync(HttpContext context, Fault fault, int status)
    {
        if (context.Response.HasStarted)
        {
            // Half an answer is no answer: the client must not take it for a whole one.
            context.Abort();
            return Task.CompletedTask;
        }

        if (RetryAfterSeconds(fault) is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (fault.Code is ErrorCode.Unauthenticated)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return JsonAnswer.WriteAsync(context, status, fault, static (json, fault) => fault.WriteTo(json));
    }

    // Whoever may try again is told when; one that is told to wait 0 s would come back at once and in vain.
    private static long? RetryAfterSeconds(Fault fault) =>
        fault.RetryAfter is { } after ? Math.Max(1, (long)Math.Ceiling(after.TotalSeconds))
        : fault.Code is ErrorCode.MailboxFull or ErrorCode.RateLimited or ErrorCode.Unavailable ? 1
        : null;

    private Task BreakAsync(HttpContext context, Exception exception) =>
        WriteAsync(context, Note(context, exception), StatusCodes.Status500InternalServerError);

    [LoggerMessage(1, LogLevel.Warning,
        "Security event: {Code} ({Reason}) for {Method} {Path}, Host {Host}, Origin {Origin}, from {Remote}",
        EventName = "SecurityRefusal")]
    private partial void LogSecurity(
        string code, string reason, string method, string? path, string? host, string? origin, System.Net.IPAddress? remote);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Path} failed: {Reason}", EventName = "RequestFailed")]
    private partial void LogFault(string method, string? path, string reason);

    [LoggerMessage(3, LogLevel.Error, "{Method} {Path} failed by an exception", EventName = "RequestBroken")]
    private partial void LogBroken(Exception exception, string method, string? path);
}
