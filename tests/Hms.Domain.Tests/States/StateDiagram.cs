using System.Text;

namespace Hms.Domain.Tests.States;

/// <summary>Renders a table of transitions as the section that a page of the docs has of it: a diagram, and what its events mean.</summary>
/// <param name="first">Where it begins.</param>
/// <param name="rows">From, event, to.</param>
/// <param name="events">Each event with its meaning in plain words.</param>
internal sealed class StateDiagram(
    string first, IReadOnlyList<(string From, string Event, string To)> rows, IReadOnlyList<(string Event, string Meaning)> events)
{
    public string Render()
    {
        var text = new StringBuilder("```mermaid\nstateDiagram-v2\n");
        text.Append("    [*] --> ").Append(first).Append('\n');
        foreach (var arrow in rows.GroupBy(row => (row.From, row.To)))
        {
            text.Append("    ").Append(arrow.Key.From).Append(" --> ").Append(arrow.Key.To).Append(": ")
                .AppendJoin(", ", arrow.Select(row => row.Event)).Append('\n');
        }

        foreach (var final in rows.Select(row => row.To).Distinct().Where(state => rows.All(row => row.From != state)))
        {
            text.Append("    ").Append(final).Append(" --> [*]\n");
        }

        text.Append("```\n\n| event | what happened |\n|---|---|\n");
        foreach (var (name, meaning) in events)
        {
            text.Append("| ").Append(name).Append(" | ").Append(meaning).Append(" |\n");
        }

        return text.ToString();
    }

    /// <summary>The name of a member of an enumeration in words: <c>LoseSession</c> is "lose session".</summary>
    public static string Words(Enum member) => string.Concat($"{member}".Select((character, i) =>
        char.IsAsciiLetterUpper(character) ? (i > 0 ? " " : "") + char.ToLowerInvariant(character) : $"{character}"));
}
