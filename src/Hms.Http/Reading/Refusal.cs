namespace Hms.Http.Reading;

/// <summary>The faults that reading a request can end in.</summary>
internal static class Refusal
{
    /// <summary>What is wrong with a name that is none.</summary>
    public const string NameRule = "must be 1 to 256 characters of A-Z a-z 0-9 . _ : / @ + -";

    /// <summary>A <c>validation_error</c> with every problem.</summary>
    public static FaultException Of(IReadOnlyList<Problem> problems) => new(
        new Fault(ErrorCode.Validation, problems.Count == 1 ? Sentence(problems[0]) : $"{problems.Count} problems: see error_details")
        {
            Problems = problems,
        });

    /// <summary>A <c>message_format_error</c>.</summary>
    public static FaultException Format(string message) => new(ErrorCode.MessageFormat, message);

    /// <summary>A <c>payload_too_large</c>.</summary>
    public static FaultException TooLarge(int bytesMax) => new(ErrorCode.PayloadTooLarge, $"the body is larger than {bytesMax} bytes");

    private static string Sentence(Problem problem) => problem.Path.Length == 0 ? problem.Message : $"{problem.Path} {problem.Message}";
}
