using System.Text.Json;

namespace Hms.Protocol.Schema.Rules;

/// <summary>
/// What one family of keywords demands of a value. While a schema is read its keywords fill the rule in; then it is sealed and shared
/// by all checks. A rule says yes to a value of a kind that it is not about.
/// </summary>
internal abstract class Rule
{
    /// <summary>The schemas that this rule applies to the very value it was given (not to a part of it).</summary>
    public virtual IEnumerable<Subschema> InPlace => [];

    /// <summary>Called once, when every schema of the document has been read.</summary>
    public virtual void Seal()
    {
    }

    /// <summary>
    /// Whether the value passes. While the walk collects, reports every problem; else may stop at the first. The idiom
    /// <c>walk.Collecting &amp;&amp; walk.Fail($"…")</c> is always false, and builds its text only for somebody to read.
    /// </summary>
    public abstract bool Check(in JsonElement value, ref Walk walk);
}
