namespace Hms.Protocol;

/// <summary>
/// Every way in which the fabric says no. The wire name is the seed's (section 5.2) where it has one; two members may share a
/// wire name when the difference is one of HTTP status only.
/// </summary>
public enum ErrorCode
{
    /// <summary>Not a message at all: not JSON, not an object, a duplicate member, bad UTF-8, too deep, a wrong version.</summary>
    MessageFormat,

    /// <summary>A message whose envelope or content breaks its schema.</summary>
    Validation,

    /// <summary>No credentials, or wrong ones.</summary>
    Unauthenticated,

    /// <summary>Known, but not allowed.</summary>
    Forbidden,

    /// <summary>No such supervisor, task, lock, barrier, topic or route.</summary>
    DestinationNotFound,

    /// <summary>No reply, or expired, in time.</summary>
    MessageTimeout,

    /// <summary>The same id with another body, a stale token or generation, an illegal transition.</summary>
    Conflict,

    /// <summary>Over the message limit, also after decompression.</summary>
    PayloadTooLarge,

    /// <summary>The recipient holds as much as it may; nothing was stored.</summary>
    MailboxFull,

    /// <summary>The caller sends faster than it may; nothing was stored.</summary>
    RateLimited,

    /// <summary>Our own failure.</summary>
    Internal,

    /// <summary>The store is away, or the outcome is unknown.</summary>
    Unavailable,
}

/// <summary>The one table of error codes: what each is called on the wire and what a caller should do about it.</summary>
public static class ErrorCodes
{
    /// <summary>Every code, in the order of the enum.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } = Enum.GetValues<ErrorCode>();

#pragma warning disable CS8524 // A number that is no member of the enum cannot arise; a forgotten member must break the build.
    /// <summary>The name in <c>error_code</c>.</summary>
    public static string WireName(this ErrorCode code) => code switch
    {
        ErrorCode.MessageFormat => "message_format_error",
        ErrorCode.Validation => "validation_error",
        ErrorCode.Unauthenticated => "authorization_error",
        ErrorCode.Forbidden => "authorization_error",
        ErrorCode.DestinationNotFound => "destination_not_found",
        ErrorCode.MessageTimeout => "message_timeout",
        ErrorCode.Conflict => "conflict",
        ErrorCode.PayloadTooLarge => "payload_too_large",
        ErrorCode.MailboxFull => "mailbox_full",
        ErrorCode.RateLimited => "rate_limited",
        ErrorCode.Internal => "internal_error",
        ErrorCode.Unavailable => "internal_error",
    };

    /// <summary>The HTTP status that goes with it.</summary>
    public static int HttpStatus(this ErrorCode code) => code switch
    {
        ErrorCode.MessageFormat => 400,
        ErrorCode.Validation => 422,
        ErrorCode.Unauthenticated => 401,
        ErrorCode.Forbidden => 403,
        ErrorCode.DestinationNotFound => 404,
        ErrorCode.MessageTimeout => 504,
        ErrorCode.Conflict => 409,
        ErrorCode.PayloadTooLarge => 413,
        ErrorCode.MailboxFull => 429,
        ErrorCode.RateLimited => 429,
        ErrorCode.Internal => 500,
        ErrorCode.Unavailable => 503,
    };

    /// <summary>Whether the same request may succeed when it is sent again, unchanged, after a pause.</summary>
    public static bool IsRetriable(this ErrorCode code) => code switch
    {
        ErrorCode.MessageFormat => false,
        ErrorCode.Validation => false,
        ErrorCode.Unauthenticated => false,
        ErrorCode.Forbidden => false,
        ErrorCode.DestinationNotFound => false,
        ErrorCode.MessageTimeout => true,
        ErrorCode.Conflict => false,
        ErrorCode.PayloadTooLarge => false,
        ErrorCode.MailboxFull => true,
        ErrorCode.RateLimited => true,
        ErrorCode.Internal => true,
        ErrorCode.Unavailable => true,
    };

    /// <summary>What a sender should do, after the seed's section 5.2.</summary>
    public static string HandlingStrategy(this ErrorCode code) => code switch
    {
        ErrorCode.MessageFormat => "Mend the message; sending it again changes nothing.",
        ErrorCode.Validation => "Mend the members named in error_details; sending it again changes nothing.",
        ErrorCode.Unauthenticated => "Authenticate, then send again.",
        ErrorCode.Forbidden => "Do not send again: the refusal was recorded as a security event.",
        ErrorCode.DestinationNotFound => "Send to a fallback destination, or wait until this one has registered.",
        ErrorCode.MessageTimeout => "Send again with exponential backoff, under the same id.",
        ErrorCode.Conflict => "Read the record in error_details and decide anew.",
        ErrorCode.PayloadTooLarge => "Send less, or in parts.",
        ErrorCode.MailboxFull => "Wait as long as Retry-After says, then send again under the same id.",
        ErrorCode.RateLimited => "Wait as long as Retry-After says, then send again under the same id.",
        ErrorCode.Internal => "Send again with exponential backoff, or to another supervisor.",
        ErrorCode.Unavailable => "The outcome is unknown: send again with exponential backoff, under the same id.",
    };
#pragma warning restore CS8524

    /// <summary>The code that a wire name and, where that leaves a choice, an HTTP status stand for; null for a name that is not ours.</summary>
    public static ErrorCode? FromWire(string wireName, int? httpStatus = null)
    {
        ErrorCode? first = null;
        foreach (var code in All)
        {
            if (code.WireName() != wireName)
            {
                continue;
            }

            if (httpStatus is null || code.HttpStatus() == httpStatus)
            {
                return code;
            }

            first ??= code;
        }

        return first;
    }
}
