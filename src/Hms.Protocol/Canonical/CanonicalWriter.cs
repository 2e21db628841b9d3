using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Hms.Protocol.Schema.Values;

namespace Hms.Protocol.Canonical;

/// <summary>Builds one canonical form in buffers of the shared pool. Every byte is written once, whatever the nesting.</summary>
internal sealed class CanonicalWriter : IDisposable
{
    public const string BadUtf8 = "the text is not valid UTF-8";

    // Up to here inserting is cheaper than a sort that needs a delegate.
    private const int FewMembers = 16;

    private PooledBuffer<byte> _to;

    // The members of every object that is being written, and their names as UTF-8 without escapes: stacks that shrink as objects end.
    private PooledBuffer<Member> _members;
    private PooledBuffer<byte> _names;
    private string? _trouble;

    public ReadOnlySpan<byte> Written => _to.Written;

    public bool TryWrite(in JsonElement value, [NotNullWhen(false)] out Fault? fault)
    {
        _trouble = null;
        _to.CutTo(0);
        var written = Utf8.IsValid(JsonMarshal.GetRawUtf8Value(value)) ? Write(value, 0) : Refuse(BadUtf8);
        fault = written ? null : CanonicalJson.NoForm(_trouble!);
        return written;
    }

    public void Dispose()
    {
        _to.Return();
        _members.Return();
        _names.Return();
    }

    private bool Write(in JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return depth < JsonText.DepthMax ? WriteObject(value, depth + 1) : Refuse("it is nested too deep");
            case JsonValueKind.Array:
                return depth < JsonText.DepthMax ? WriteArray(value, depth + 1) : Refuse("it is nested too deep");
            case JsonValueKind.String:
                return WriteString(ElementText.Raw(value));
            case JsonValueKind.Number:
                return WriteNumber(JsonMarshal.GetRawUtf8Value(value));
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null or JsonValueKind.Undefined:
            default:
                _to.Add(JsonMarshal.GetRawUtf8Value(value));
                return true;
        }
    }

    private bool WriteArray(in JsonElement array, int depth)
    {
        _to.Add((byte)'[');
        var isFirst = true;
        foreach (var item in array.EnumerateArray())
        {
            if (!isFirst)
            {
                _to.Add((byte)',');
            }

            isFirst = false;
            if (!Write(item, depth))
            {
                return false;
            }
        }

        _to.Add((byte)']');
        return true;
    }

    private bool WriteObject(in JsonElement json, int depth)
    {
        var (first, firstName) = (_members.Count, _names.Count);
        if (!TakeMembers(json, first))
        {
            return false;
        }

        _to.Add((byte)'{');
        var end = _members.Count;
        for (var i = first; i < end; i++)
        {
            if (i > first)
            {
                _to.Add((byte)',');
            }

            // The buffers move as inner objects make them grow: no reference into them lives across a value.
            var member = _members.Written[i];
            CanonicalText.WriteQuoted(NameOf(member), ref _to);
            _to.Add((byte)':');
            if (!Write(member.Value, depth))
            {
                return false;
            }
        }

        _members.CutTo(first);
        _names.CutTo(firstName);
        _to.Add((byte)'}');
        return true;
    }

    private bool TakeMembers(in JsonElement json, int first)
    {
        foreach (var member in json.EnumerateObject())
        {
            var start = _names.Count;
            if (!CanonicalText.Unescape(ElementText.RawName(member), ref _names))
            {
                return Refuse(CanonicalText.LoneSurrogate);
            }

            _members.Add(new Member(member.Value, start, _names.Count - start));
        }

        var members = _members.Written[first..];
        Sort(members);
        for (var i = 1; i < members.Length; i++)
        {
            if (NameOf(members[i - 1]).SequenceEqual(NameOf(members[i])))
            {
                return Refuse("a member is given twice");
            }
        }

        return true;
    }

    private void Sort(Span<Member> members)
    {
        if (members.Length > FewMembers)
        {
            members.Sort(Compare);
            return;
        }

        for (var i = 1; i < members.Length; i++)
        {
            var member = members[i];
            var at = i;
            for (; at > 0 && Compare(members[at - 1], member) > 0; at--)
            {
                members[at] = members[at - 1];
            }

            members[at] = member;
        }
    }

    private int Compare(Member a, Member b) => CanonicalText.CompareAsUtf16(NameOf(a), NameOf(b));

    private ReadOnlySpan<byte> NameOf(in Member member) => _names.Written.Slice(member.NameStart, member.NameLength);

    private bool WriteString(ReadOnlySpan<byte> raw)
    {
        // Nothing that must be escaped can stand in valid JSON without an escape.
        if (!raw.Contains((byte)'\\'))
        {
            _to.Add((byte)'"');
            _to.Add(raw);
            _to.Add((byte)'"');
            return true;
        }

        var start = _names.Count;
        if (!CanonicalText.Unescape(raw, ref _names))
        {
            return Refuse(CanonicalText.LoneSurrogate);
        }

        CanonicalText.WriteQuoted(_names.Written[start..], ref _to);
        _names.CutTo(start);
        return true;
    }

    private bool WriteNumber(ReadOnlySpan<byte> json)
    {
        // A short integer is its own canonical form, except for -0.
        if (json.Length <= CanonicalNumber.ExactDigits && json[0] != '-' && !json.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            _to.Add(json);
            return true;
        }

        if (!CanonicalNumber.TryFormat(json, _to.Room(CanonicalNumber.LengthMax), out var written))
        {
            return Refuse("a number is beyond the range of a double");
        }

        _to.Advance(written);
        return true;
    }

    private bool Refuse(string trouble)
    {
        _trouble = trouble;
        return false;
    }

    private readonly record struct Member(JsonElement Value, int NameStart, int NameLength);
}
