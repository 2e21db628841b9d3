using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Hms.Http.Requests;

namespace Hms.Http.Reading;

/// <summary>Reads request bodies, never more than they may have, and into memory only as it comes in.</summary>
internal static class RequestBody
{
    /// <summary>Up to here memory is given on the client's word; beyond, only for what it has sent.</summary>
    private const int TrustedBytesMax = 64 * 1024;

    /// <summary>What is unpacked at a time.</summary>
    private const int UnpackedBytes = 16 * 1024;

    /// <summary>Reads a body into an array of its own, which the caller may keep.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.PayloadTooLarge"/>, at once where the length is announced; what comes packed
    /// is measured as it is unpacked.</exception>
    public static ValueTask<byte[]> ReadAsync(HttpRequest request, int bytesMax) => request.ContentLength switch
    {
        _ when ContentEncoding.IsGzip(request) => ReadGrowingAsync(Open(request, bytesMax), bytesMax),
        { } length when length > bytesMax => throw Refusal.TooLarge(bytesMax),
        0 => new ValueTask<byte[]>([]),
        <= TrustedBytesMax and { } length => ReadExactAsync(request.BodyReader, (int)length),
        _ => ReadGrowingAsync(request.BodyReader, bytesMax),
    };

    /// <summary>A body as it comes in, unpacked; whoever reads it measures it.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.PayloadTooLarge"/> where too great a length is announced.</exception>
    public static PipeReader Open(HttpRequest request, int bytesMax)
    {
        var isPacked = ContentEncoding.IsGzip(request);
        if (request.ContentLength > (isPacked ? GzipBody.PackedBytesMax(bytesMax) : bytesMax))
        {
            throw Refusal.TooLarge(bytesMax);
        }

        if (!isPacked)
        {
            return request.BodyReader;
        }

        var unpacked = new GzipBody(request.Body, bytesMax);
        request.HttpContext.Response.RegisterForDispose(unpacked);
        return PipeReader.Create(unpacked, new StreamPipeReaderOptions(bufferSize: UnpackedBytes, leaveOpen: true));
    }

    /// <summary>Reads a body that keeps to a schema. An optional member that is <c>null</c> counts as absent.</summary>
    /// <param name="request">The request.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="bytesMax">The size, unpacked, that it may have.</param>
    /// <param name="noted">What is wrong with the head already; null for nothing.</param>
    /// <exception cref="FaultException"><see cref="ErrorCode.MessageFormat"/> where it is no JSON object;
    /// <see cref="ErrorCode.Validation"/> with every problem where it breaks the schema, or something was noted.</exception>
    public static async ValueTask<JsonDocument> ReadJsonAsync(
        HttpRequest request, RequestSchema schema, int bytesMax, List<Problem>? noted = null)
    {
        var utf8 = await ReadAsync(request, bytesMax);
        var document = Parse(utf8.Length == 0 && schema.MayBeAbsent ? "{}"u8.ToArray() : utf8, schema.DepthMax);
        try
        {
            var problems = noted ?? [];
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Refusal.Format("the body is not a JSON object");
            }

            return schema.Validate(document.RootElement, problems) && problems.Count == 0 ? document : throw Refusal.Of(problems);
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    private static JsonDocument Parse(byte[] utf8, int depthMax)
    {
        if (utf8.Length == 0)
        {
            throw Refusal.Format("the body is empty");
        }

        if (!Utf8.IsValid(utf8))
        {
            throw Refusal.Format("the body is not valid UTF-8");
        }

        if (Surrogates.HasLone(utf8))
        {
            throw Refusal.Format("the body escapes half of a surrogate pair");
        }

        try
        {
            return JsonDocument.Parse(utf8, JsonText.Reading with { MaxDepth = depthMax });
        }
        catch (JsonException e)
        {
            throw Refusal.Format($"the body is not valid JSON: {e.Message}");
        }
    }

    private static async ValueTask<byte[]> ReadExactAsync(PipeReader body, int length)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        for (var filled = 0; filled < length;)
        {
            var read = await body.ReadAsync();
            var piece = read.Buffer;
            if (piece.Length > length - filled || (read.IsCompleted && piece.Length < length - filled))
            {
                throw new BadHttpRequestException("the body has not the announced length");
            }

            piece.CopyTo(bytes.AsSpan(filled));
            filled += (int)piece.Length;
            body.AdvanceTo(piece.End);
        }

        return bytes;
    }

    private static async ValueTask<byte[]> ReadGrowingAsync(PipeReader body, int bytesMax)
    {
        var rented = ArrayPool<byte>.Shared.Rent(4 * 1024);
        var filled = 0;
        try
        {
            while (true)
            {
                var read = await body.ReadAsync();
                var piece = read.Buffer;
                if (piece.Length > bytesMax - filled)
                {
                    body.AdvanceTo(piece.End);
                    throw Refusal.TooLarge(bytesMax);
                }

                rented = WithRoom(rented, filled, filled + (int)piece.Length);
                piece.CopyTo(rented.AsSpan(filled));
                filled += (int)piece.Length;
                body.AdvanceTo(piece.End);
                if (read.IsCompleted)
                {
                    return rented.AsSpan(0, filled).ToArray();
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static byte[] WithRoom(byte[] rented, int filled, int needed)
    {
        if (needed <= rented.Length)
        {
            return rented;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * rented.Length));
        rented.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(rented);
        return larger;
    }
}
