namespace Hms.Protocol.Schema;

/// <summary>A schema that is not understood, with everything that is wrong with it.</summary>
public sealed class JsonSchemaException : Exception
{
    /// <summary>Says what is wrong with a schema.</summary>
    /// <param name="problems">At least one problem; its path points into the schema.</param>
    public JsonSchemaException(IReadOnlyList<Problem> problems)
        : base(Describe(problems)) => Problems = problems;

    /// <summary>Every problem found, in the order of the schema.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    private static string Describe(IReadOnlyList<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        var lines = problems.Select(p => $"{(p.Path.Length == 0 ? "the schema" : p.Path)} {p.Message}");
        return $"The schema is not understood: {string.Join("; ", lines)}";
    }
}
