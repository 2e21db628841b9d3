using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Hms.Abstractions;

namespace Hms.Grains.Tests.Wire;

/// <summary>Compares values member by member: records that hold lists or bytes are equal to themselves only.</summary>
internal static class Same
{
    public const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static void Check(object? expected, object? actual, string path = "value")
    {
        switch (expected)
        {
            case null:
                Assert.True(actual is null, $"{path} is {actual}, not null");
                break;
            case ReadOnlyMemory<byte> bytes:
                Assert.True(bytes.Span.SequenceEqual(Assert.IsType<ReadOnlyMemory<byte>>(actual).Span), $"{path} has other bytes");
                break;
            case string:
                Assert.True(Equals(expected, actual), $"{path} is {actual}, not {expected}");
                break;
            case DateTimeOffset time:
                Assert.True(time.EqualsExact(Assert.IsType<DateTimeOffset>(actual)), $"{path} is {actual:o}, not {time:o}");
                break;
            case ITuple tuple:
                CheckItems(Items(tuple), Items(Assert.IsAssignableFrom<ITuple>(actual)), path);
                break;
            case IReadOnlyDictionary<string, long> dictionary:
                var found = Assert.IsAssignableFrom<IReadOnlyDictionary<string, long>>(actual);
                Assert.Equal(dictionary.OrderBy(pair => pair.Key), found.OrderBy(pair => pair.Key));
                break;
            case IEnumerable items:
                CheckItems(items.Cast<object?>(), Assert.IsAssignableFrom<IEnumerable>(actual).Cast<object?>(), path);
                break;
            case FaultException exception:
                Check(exception.Fault, Assert.IsType<FaultException>(actual).Fault, path);
                Check(exception.Message, ((FaultException)actual).Message, path);
                break;
            case not null when Members(expected).Any():
                Assert.Equal(expected.GetType(), actual?.GetType());
                Assert.All(Members(expected), member => Check(member.GetValue(expected), member.GetValue(actual), $"{path}.{member.Name}"));
                break;
            default:
                Assert.True(Equals(expected, actual), $"{path} is {actual}, not {expected}");
                break;
        }
    }

    /// <summary>What a record of ours holds; nothing for a value of the base library.</summary>
    public static IEnumerable<PropertyInfo> Members(object value) =>
        value.GetType() is { IsEnum: false, Namespace: { } name } type && name.StartsWith("Hms.", StringComparison.Ordinal)
            ? type.GetProperties(Declared)
            : [];

    private static IEnumerable<object?> Items(ITuple tuple) => Enumerable.Range(0, tuple.Length).Select(i => tuple[i]);

    private static void CheckItems(IEnumerable<object?> expected, IEnumerable<object?> actual, string path)
    {
        var (wanted, found) = (expected.ToArray(), actual.ToArray());
        Assert.True(wanted.Length == found.Length, $"{path} has {found.Length} items, not {wanted.Length}");
        for (var i = 0; i < wanted.Length; i++)
        {
            Check(wanted[i], found[i], $"{path}[{i}]");
        }
    }
}
