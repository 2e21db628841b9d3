using System.Buffers;

namespace Hms.Http.Bulk;

/// <summary>
/// Cuts a body into lines as it comes in. A line that is too long is named once and then left out, without being held; blank lines are
/// passed over. The byte that takes the body over its limit ends it.
/// </summary>
internal sealed class LineCutter(int lineBytesMax, long bodyBytesMax)
{
    /// <summary>What a line counts as at least, so that a small body cannot ask for a great many answers; no message is shorter.</summary>
    private const int LineBytesMin = 100;

    private const byte LineFeed = (byte)'\n';
    private const byte CarriageReturn = (byte)'\r';

    private long _counted;

    // Bytes of the line begun that are known to hold no end.
    private long _searched;
    private bool _isLeftOut;

    /// <summary>Whether the body is over its limit: what follows is not to be read.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Takes the next line that is there.</summary>
    /// <param name="rest">What has come in; afterwards, what is left of it.</param>
    /// <param name="isLast">Whether nothing follows, so that the last line needs no end.</param>
    /// <param name="line">The line, without its end; empty where there is a fault.</param>
    /// <param name="fault">Why the line, or what follows, is refused.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryTake(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line, out Fault? fault)
    {
        (line, fault) = (default, null);
        while (!IsOver && !rest.IsEmpty)
        {
            var end = rest.Slice(_searched).PositionOf(LineFeed);
            if (end is null && !isLast && MayGrow(rest.Length))
            {
                _searched = rest.Length;
                return false;
            }

            line = rest.Slice(0, end ?? rest.End);
            var taken = end is { } at ? rest.GetPosition(1, at) : rest.End;
            var bytes = end is null ? line.Length : line.Length + 1;
            rest = rest.Slice(taken);
            _searched = 0;
            if (IsWanted(bytes, hasEnd: end is not null, ref line, out fault))
            {
                return true;
            }
        }

        return false;
    }

    // The one byte more than a message may have could be the carriage return that ends its line.
    private bool MayGrow(long bytes) => !_isLeftOut && bytes <= lineBytesMax + 1L && _counted + bytes <= bodyBytesMax;

    private bool IsWanted(long bytes, bool hasEnd, ref ReadOnlySequence<byte> line, out Fault? fault)
    {
        var (before, isRest, isBlank) = (_counted, _isLeftOut, IsBlank(line));
        _counted += isBlank || isRest ? bytes : Math.Max(bytes, LineBytesMin);
        IsOver = _counted > bodyBytesMax;
        line = WithoutReturn(line);
        fault = isRest ? null
            : line.Length > lineBytesMax && before + Math.Min(bytes, lineBytesMax + 2L) <= bodyBytesMax ? LineTooLong()
            : IsOver ? BodyTooLarge()
            : null;
        _isLeftOut = (isRest || fault is not null) && !hasEnd;
        line = fault is null ? line : default;
        return fault is not null || !(isBlank || isRest);
    }

    private Fault LineTooLong() => new(ErrorCode.PayloadTooLarge, $"the line is larger than {lineBytesMax} bytes");

    private Fault BodyTooLarge() => new(ErrorCode.PayloadTooLarge, $"the body is larger than {bodyBytesMax} bytes: the rest was not read");

    private static ReadOnlySequence<byte> WithoutReturn(ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty)
        {
            return line;
        }

        var last = line.Slice(line.Length - 1);
        return last.FirstSpan[0] == CarriageReturn ? line.Slice(0, last.Start) : line;
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var piece in line)
        {
            if (piece.Span.ContainsAnyExcept(" \t\r"u8))
            {
                return false;
            }
        }

        return true;
    }
}
