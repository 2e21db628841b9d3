namespace Hms.Protocol.Schema;

/// <summary>
/// What a schema and a check may cost. A schema that needs more is refused; a check that needs more finds the value invalid.
/// </summary>
public static class JsonSchemaLimits
{
    /// <summary>Subschemas in one schema: 10,000.</summary>
    public const int SubschemasMax = 10_000;

    /// <summary>Subschemas nested in one another, and schemas applied through one another to the same value: 64.</summary>
    public const int DepthMax = 64;

    /// <summary>JSON nesting of a schema's text: 128, as for a message.</summary>
    public const int JsonDepthMax = 128;

    /// <summary>Characters of one regular expression: 4,096.</summary>
    public const int PatternLengthMax = 4_096;

    /// <summary>Significant digits of <c>multipleOf</c>: 400.</summary>
    public const int DivisorDigitsMax = 400;

    /// <summary>Time that one match of a pattern may take: 100 ms, twice. Most patterns never come near.</summary>
    public static readonly TimeSpan MatchTime = TimeSpan.FromMilliseconds(100);

    /// <summary>Time from the first match of one check to its last: 1 s.</summary>
    public static readonly TimeSpan MatchesTime = TimeSpan.FromSeconds(1);

    /// <summary>Steps of one check (a schema applied, a member or an item looked at): 4,000,000.</summary>
    public const int StepsMax = 4_000_000;

    /// <summary>Schemas being applied at one moment, over all the nesting of the value: 1,024.</summary>
    public const int NestingMax = 1_024;

    /// <summary>Problems that one check lists: 1,000, with at most 1 MiB of pointers. One more says that there are others.</summary>
    public const int ProblemsMax = 1_000;

    internal const int PointerCharsMax = 1 << 20;
}
