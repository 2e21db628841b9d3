using System.Text.Json;
using Hms.Http.Reading;
using Hms.Http.Requests;
using Hms.Http.Writing;
using Hms.Protocol.Coordination;

namespace Hms.Http.Endpoints;

/// <summary>Locks with a lease and a fencing token (section 3.3).</summary>
internal sealed class LockEndpoints(ILocks locks, HttpOptions options, CancellationToken stopping)
{
    private const long LeaseDefaultMs = 30_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/locks/{name}", (RequestDelegate)GetAsync);
        routes.MapPost("/v1/locks/{name}/acquire", (RequestDelegate)AcquireAsync);
        routes.MapPost("/v1/locks/{name}/renew", (RequestDelegate)RenewAsync);
        routes.MapPost("/v1/locks/{name}/release", (RequestDelegate)ReleaseAsync);
        routes.MapPost("/v1/locks/{name}/check", (RequestDelegate)CheckAsync);
    }

    private async Task GetAsync(HttpContext context)
    {
        var record = await locks.GetAsync(RouteName.Read(context, "name"), context.RequestAborted);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, record, static (json, record) => record.WriteTo(json));
    }

    private async Task AcquireAsync(HttpContext context)
    {
        var name = RouteName.Read(context, "name");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Acquire, options.MessageBytesMax);
        var bid = ReadBid(body.RootElement);
        var wait = ReadWait(body.RootElement);
        var answer = wait == TimeSpan.Zero
            ? await locks.AcquireAsync(name, bid, TimeSpan.Zero, CancellationToken.None)
            : await LongWait.RunAsync(
                context, patience => locks.AcquireAsync(name, bid, wait, patience), () => NotGrantedAsync(name), stopping);
        var isTaken = false;
        try
        {
            // Looked at before the answer and not after: a client may well hang up because it has what it came for.
            context.RequestAborted.ThrowIfCancellationRequested();
            isTaken = await WriteAsync(context, answer);
        }
        finally
        {
            if (!isTaken && answer is { Granted: true, Renewed: false })
            {
                await GiveBackAsync(name, bid.Owner, answer);
            }
        }
    }

    private async Task RenewAsync(HttpContext context)
    {
        var name = RouteName.Read(context, "name");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Renew, options.MessageBytesMax);
        var (owner, token) = ReadHolder(body.RootElement);
        var lease = TimeSpan.FromMilliseconds(ReadLeaseMs(body.RootElement));
        await WriteAsync(context, await locks.RenewAsync(name, owner, token, lease, CancellationToken.None));
    }

    private async Task ReleaseAsync(HttpContext context)
    {
        var name = RouteName.Read(context, "name");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Release, options.MessageBytesMax);
        var (owner, token) = ReadHolder(body.RootElement);
        await locks.ReleaseAsync(name, owner, token, unlessRenewed: null, CancellationToken.None);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, true, static (json, released) => WriteFlag(json, "released"u8, released));
    }

    private async Task CheckAsync(HttpContext context)
    {
        var name = RouteName.Read(context, "name");
        using var body = await RequestBody.ReadJsonAsync(context.Request, RequestSchema.Check, options.MessageBytesMax);
        var isCurrent = await locks.CheckAsync(name, ReadToken(body.RootElement), context.RequestAborted);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, isCurrent, static (json, current) => WriteFlag(json, "current"u8, current));
    }

    /// <summary>What one is told whose wait the stop of the host has cut short: it has left the queue.</summary>
    private async ValueTask<LockAnswer> NotGrantedAsync(string name)
    {
        var record = await locks.GetAsync(name, CancellationToken.None);
        return new LockAnswer(false, 0, null, record.Holder, record.Waiters.Count + 1);
    }

    private async Task GiveBackAsync(string name, string owner, LockAnswer grant)
    {
        try
        {
            // Not where its owner has asked again meanwhile, on another connection: then it has it.
            await locks.ReleaseAsync(name, owner, grant.FencingToken, grant.ExpiresAt, CancellationToken.None);
        }
        catch (FaultException)
        {
            // It is no longer held, or its lease will end: there is nobody to tell.
        }
    }

    private static LockBid ReadBid(JsonElement body) => new(body.Text("owner")!, ReadLeaseMs(body))
    {
        Instance = body.Text("instance"),
        LockDelayMs = body.Integer("lock_delay_ms") ?? 0,
    };

    private static (string Owner, long Token) ReadHolder(JsonElement body) => (body.Text("owner")!, ReadToken(body));

    private static long ReadToken(JsonElement body) => body.Integer("fencing_token")!.Value;

    private static long ReadLeaseMs(JsonElement body) => body.Integer("lease_ms") ?? LeaseDefaultMs;

    private static TimeSpan ReadWait(JsonElement body) =>
        TimeSpan.FromMilliseconds(Math.Min(body.Integer("wait_ms") ?? 0, (long)Ranges.WaitMax.TotalMilliseconds));

    private static Task<bool> WriteAsync(HttpContext context, LockAnswer answer) =>
        JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, answer, Write);

    private static void Write(Utf8JsonWriter json, LockAnswer answer)
    {
        json.WriteStartObject();
        json.WriteBoolean("granted"u8, answer.Granted);
        if (answer.Granted)
        {
            json.WriteNumber("fencing_token"u8, answer.FencingToken);
            json.WriteString("expires_at"u8, JsonText.Timestamp(answer.ExpiresAt!.Value));
        }
        else
        {
            json.WriteString("holder"u8, answer.Holder);
            json.WriteNumber("queue_position"u8, answer.QueuePosition);
        }

        json.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool value)
    {
        json.WriteStartObject();
        json.WriteBoolean(name, value);
        json.WriteEndObject();
    }
}
