using System.Text.Json;
using Hms.Protocol.Schema.Rules;

namespace Hms.Protocol.Schema;

/// <summary>One schema of a document: the rules that its keywords make. Without a rule it allows everything.</summary>
internal sealed class Subschema(string pointer)
{
    private readonly List<Rule> _draft = [];
    private Rule[] _rules = [];

    /// <summary>Where the schema stands in its document.</summary>
    public string Pointer { get; } = pointer;

    public IReadOnlyList<Rule> Rules => _draft;

    /// <summary>The rule of a family, made when its first keyword is read; a family's keywords share one rule.</summary>
    public T Rule<T>()
        where T : Rule, new()
    {
        foreach (var rule in _draft)
        {
            if (rule is T found) return found;
        }

        var made = new T();
        _draft.Add(made);
        return made;
    }

    /// <summary>Ends the compilation.</summary>
    public void Seal()
    {
        foreach (var rule in _draft) rule.Seal();
        _rules = [.. _draft];
    }

    public bool Check(in JsonElement value, ref Walk walk)
    {
        if (!walk.Enter()) return false;
        var valid = true;
        foreach (var rule in _rules)
        {
            if (rule.Check(value, ref walk)) continue;
            valid = false;
            if (!walk.Collecting) break;
        }

        walk.Leave();
        return valid;
    }
}
