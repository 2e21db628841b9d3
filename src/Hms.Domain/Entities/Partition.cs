using System.Globalization;

namespace Hms.Domain.Entities;

/// <summary>Into how many parts what there is one of is split, and which part a name belongs to. Stored rows depend on it: it must never change.</summary>
public static class Partition
{
    /// <summary>How many parts there are.</summary>
    public const int Count = 16;

    private static readonly string[] Names = [.. Enumerable.Range(0, Count).Select(part => part.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The names of all parts.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name of the part that a name belongs to.</summary>
    public static string Of(string name) => Names[NumberOf(name)];

    /// <summary>The number of the part that a name belongs to.</summary>
    public static int NumberOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);

        // FNV-1a, 32 bit: spreads names that differ in one digit, and is the same in every process.
        var hash = 2_166_136_261u;
        foreach (var character in name)
        {
            hash = (hash ^ character) * 16_777_619u;
        }

        return (int)(hash % Count);
    }
}
