namespace Hms.Grains.Wire;

/// <summary>
/// Turns what the records hold as a read-only list or dictionary into the one type in which it crosses, so that no list's own type is part
/// of the format.
/// </summary>
internal static class Lists
{
    /// <summary>The items as an array; null for null.</summary>
    public static T[]? Pack<T>(IReadOnlyList<T>? list) => list switch
    {
        null => null,
        T[] array => array,
        _ => [.. list],
    };

    /// <summary>The entries as a dictionary; null for null.</summary>
    public static Dictionary<TKey, TValue>? Pack<TKey, TValue>(IReadOnlyDictionary<TKey, TValue>? dictionary)
        where TKey : notnull => dictionary is null ? null : new(dictionary);
}
