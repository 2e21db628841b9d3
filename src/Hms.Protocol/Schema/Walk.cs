using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Schema;

/// <summary>One check under way: where it stands in the value, what it has cost, what it has found.</summary>
internal struct Walk(List<Problem>? problems, string at)
{
    private readonly List<Problem>? _all = problems;
    private readonly int _before = problems?.Count ?? 0;
    private List<Problem>? _problems = problems;
    private List<string>? _path;
    private int _pointerChars;
    private int _steps;
    private int _nesting;
    private long _matchingSince;
    private bool _gaveUp;

    /// <summary>Whether problems are wanted, not just the answer.</summary>
    public readonly bool Collecting => _problems is not null;

    /// <summary>Begins to apply a schema; false when the check has become too costly to go on.</summary>
    public bool Enter()
    {
        if (!Spend(1)) return false;
        if (_nesting == JsonSchemaLimits.NestingMax) return GiveUp("nests too deep to be checked");
        _nesting++;
        return true;
    }

    public void Leave() => _nesting--;

    /// <summary>Pays for work about to be done; false when the check has become too costly to go on.</summary>
    public bool Spend(int steps)
    {
        if (_gaveUp) return false;
        _steps += steps;
        return _steps <= JsonSchemaLimits.StepsMax || GiveUp("takes too many steps to be checked");
    }

    /// <summary>Whether there is time left for another match of a pattern.</summary>
    public bool MayMatch()
    {
        if (_gaveUp) return false;
        if (_matchingSince == 0) _matchingSince = Stopwatch.GetTimestamp();
        return Stopwatch.GetElapsedTime(_matchingSince) <= JsonSchemaLimits.MatchesTime || GiveUp("pattern took too long");
    }

    /// <summary>Ends the check: whatever else is found, the value is invalid, for nobody knows whether it is valid.</summary>
    public bool GiveUp(string message)
    {
        if (_gaveUp) return false;
        _gaveUp = true;
        _all?.Add(new Problem(Pointer(), message));
        return false;
    }

    /// <summary>Reports a problem with the value at hand. Always false.</summary>
    public bool Fail(string message) => Report(Pointer(), message);

    /// <summary>Reports a problem with a member that the object at hand has, or ought to have. Always false.</summary>
    public bool FailAt(string name, string message) => Report(JsonPointer.Append(Pointer(), name), message);

    /// <summary>Goes to a member of the object at hand.</summary>
    public void Down(ReadOnlySpan<byte> rawName)
    {
        if (Collecting) (_path ??= []).Add(JsonPointer.Escape(ElementText.ToString(rawName)));
    }

    /// <summary>Goes to an item of the array at hand.</summary>
    public void Down(int index)
    {
        if (Collecting) (_path ??= []).Add(index.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Goes back to the object or array.</summary>
    public readonly void Up()
    {
        if (Collecting) _path!.RemoveAt(_path.Count - 1);
    }

    /// <summary>Applies a schema for its answer alone.</summary>
    public bool Ask(Subschema schema, in JsonElement value)
    {
        var wanted = _problems;
        _problems = null;
        var valid = schema.Check(value, ref this);
        _problems = wanted;
        return valid;
    }

    /// <summary>Applies a schema to a member's name, whose problems say so.</summary>
    public bool CheckName(Subschema schema, in JsonElement name)
    {
        var first = _problems?.Count ?? 0;
        var valid = schema.Check(name, ref this);
        for (var i = first; i < _problems?.Count; i++)
            _problems[i] = _problems[i] with { Message = $"has a name that {_problems[i].Message}" };
        return valid;
    }

    /// <summary>The answer, once the root schema has been applied.</summary>
    public readonly bool Finish(bool valid) => valid && !_gaveUp;

    private bool Report(string pointer, string message)
    {
        if (_gaveUp) return false;
        _pointerChars += pointer.Length;
        if (_problems!.Count - _before >= JsonSchemaLimits.ProblemsMax || _pointerChars > JsonSchemaLimits.PointerCharsMax)
            GiveUpListing();
        else
            _problems.Add(new Problem(pointer, message));
        return false;
    }

    private void GiveUpListing()
    {
        if (_gaveUp) return;
        _gaveUp = true;
        _problems!.Add(new Problem(at, "has more problems than are listed"));
    }

    private readonly string Pointer()
    {
        if (_path is null || _path.Count == 0) return at;
        var pointer = new StringBuilder(at);
        foreach (var segment in _path) pointer.Append('/').Append(segment);
        return pointer.ToString();
    }
}
