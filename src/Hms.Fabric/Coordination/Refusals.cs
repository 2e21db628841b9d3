using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Fabric.Coordination;

/// <summary>What is refused before any entity is asked.</summary>
internal static class Refusals
{
    /// <summary>A <c>validation_error</c> with these problems; nothing where there are none.</summary>
    public static void Throw(string message, IReadOnlyList<Problem> problems)
    {
        if (problems.Count > 0)
        {
            throw new FaultException(new Fault(ErrorCode.Validation, message) { Problems = problems });
        }
    }

    /// <summary>Refuses what is no name.</summary>
    public static void RequireName(string name, string path)
    {
        if (!Names.IsName(name))
        {
            Throw($"{path} is no name", [new Problem(path, "must be 1 to 256 characters of A–Z a–z 0–9 . _ : / @ + -")]);
        }
    }

    /// <summary>Refuses a number out of range.</summary>
    public static void RequireRange(long value, long from, long to, string path)
    {
        if (value < from || value > to)
        {
            Throw($"{path} is out of range", [new Problem(path, $"must be from {from} to {to}")]);
        }
    }
}
