namespace Hms.Protocol.Schema;

/// <summary>
/// Refuses schemas that would apply themselves to the same value without end, and chains too long for the stack. Recursion that goes
/// on to a part of the value is welcome: the value ends.
/// </summary>
internal static class SchemaLoops
{
    // A schema being followed right now: meeting it again closes a loop.
    private const int UnderWay = -1;

    public static void Check(IEnumerable<Subschema> schemas, Action<string, string> report)
    {
        var heights = new Dictionary<Subschema, int>(ReferenceEqualityComparer.Instance);
        foreach (var schema in schemas)
        {
            if (Height(schema, 1, heights) is { } trouble) report(schema.Pointer, trouble);
        }
    }

    // Null when all is well; then heights has the longest chain below the schema.
    private static string? Height(Subschema schema, int depth, Dictionary<Subschema, int> heights)
    {
        if (heights.TryGetValue(schema, out var known))
            return known == UnderWay ? "refers back to itself without going on to a part of the value" : null;
        if (depth > JsonSchemaLimits.DepthMax) return TooLong();
        heights[schema] = UnderWay;
        var height = 1;
        foreach (var next in schema.Rules.SelectMany(rule => rule.InPlace))
        {
            if (Height(next, depth + 1, heights) is { } trouble)
            {
                // Said once, not by every schema that leads here.
                heights[schema] = 1;
                return trouble;
            }

            height = Math.Max(height, heights[next] + 1);
        }

        heights[schema] = height;
        return height > JsonSchemaLimits.DepthMax ? TooLong() : null;
    }

    private static string TooLong() => $"applies more than {JsonSchemaLimits.DepthMax} schemas through one another to one value";
}
