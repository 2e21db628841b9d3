using System.Text.Json;

namespace Hms.Http.Writing;

/// <summary>Writes an answer in one piece, with its length.</summary>
internal static class JsonAnswer
{
    public const string ContentType = "application/json";

    /// <summary>Writes what a method puts into a <see cref="Utf8JsonWriter"/>; a static one, or every request makes a delegate.</summary>
    /// <returns>Whether the client was still there to take it.</returns>
    public static async Task<bool> WriteAsync<T>(HttpContext context, int status, T value, Action<Utf8JsonWriter, T> write)
    {
        var scratch = JsonScratch.Rent();
        try
        {
            write(scratch.Json, value);
            scratch.Json.Flush();
            return await WriteAsync(context, status, scratch.Buffer.WrittenMemory);
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <summary>Writes bytes as they are.</summary>
    /// <returns>Whether the client was still there to take it.</returns>
    public static async Task<bool> WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body, string contentType = ContentType)
    {
        Begin(context, status, body.Length, contentType);
        var flushed = await context.Response.BodyWriter.WriteAsync(body, CancellationToken.None);
        return flushed is { IsCompleted: false, IsCanceled: false };
    }

    /// <summary>Sets everything that stands before the body.</summary>
    public static void Begin(HttpContext context, int status, long length, string contentType = ContentType)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            response.Headers.CacheControl = "no-store";
        }
    }
}
