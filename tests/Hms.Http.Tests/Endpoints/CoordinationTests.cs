namespace Hms.Http.Tests.Endpoints;

/// <summary>What the routes of tasks, locks, barriers and settings have in common.</summary>
public sealed class CoordinationTests
{
    private const string Name = "{name}";

    private static readonly (string Method, string Path, string? Body)[] Routes =
    [
        ("POST", "/v1/tasks", """{"assigner":"a","assignee":"b","task_type":"t","parameters":{}}"""),
        ("GET", "/v1/tasks", null),
        ("GET", "/v1/tasks/{name}", null),
        ("POST", "/v1/tasks/{name}/cancel", "{}"),
        ("GET", "/v1/locks/{name}", null),
        ("POST", "/v1/locks/{name}/acquire", """{"owner":"a"}"""),
        ("POST", "/v1/locks/{name}/renew", """{"owner":"a","fencing_token":1}"""),
        ("POST", "/v1/locks/{name}/release", """{"owner":"a","fencing_token":1}"""),
        ("POST", "/v1/locks/{name}/check", """{"fencing_token":1}"""),
        ("POST", "/v1/barriers", """{"barrier_id":"b","initiator":"a","participants":["a"],"timeout_ms":1}"""),
        ("GET", "/v1/barriers/{name}", null),
        ("POST", "/v1/barriers/{name}/arrive", """{"participant":"a","ready":true}"""),
        ("PUT", "/v1/supervisors/{name}/configuration", "{}"),
    ];

    public static TheoryData<string, string, string?> All => Data(_ => true);

    public static TheoryData<string, string, string?> Named => Data(route => route.Path.Contains(Name, StringComparison.Ordinal));

    public static TheoryData<string, string, string?> WithBody => Data(route => route.Body is not null);

    public static TheoryData<ErrorCode> Codes => [.. ErrorCodes.All];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task What_the_fabric_refuses_is_an_error_with_its_status(ErrorCode code)
    {
        await using var front = await TestFront.StartAsync();
        Refuse(front.Fabric, new Fault(code, "no"));
        foreach (var (method, path, body) in Routes)
        {
            await front.SendAsync(new HttpMethod(method), At(path), body).ErrorAsync(code);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Conflict_shows_the_record_as_it_stands(string method, string path, string? body)
    {
        await using var front = await TestFront.StartAsync();
        Refuse(front.Fabric, new Fault(ErrorCode.Conflict, "too late") { Record = "{\"state\":\"completed\"}"u8.ToArray() });
        var error = await front.SendAsync(new HttpMethod(method), At(path), body).ErrorAsync(ErrorCode.Conflict);
        Assert.Equal("""{"state":"completed"}""", error["error_details"]!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Named))]
    public async Task Name_in_the_url_that_is_none_is_refused(string method, string path, string? body)
    {
        await using var front = await TestFront.StartAsync();
        var key = path.StartsWith("/v1/locks", StringComparison.Ordinal) ? "/name" : "/id";
        foreach (var name in (string[])["a%20b", "%C3%A9", "a*b", "a%252Fb", new string('n', 257)])
        {
            Assert.Equal([key], await front.SendAsync(new HttpMethod(method), At(path, name), body).ProblemsAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Named))]
    public async Task Name_in_the_url_may_be_long_and_percent_encoded(string method, string path, string? body)
    {
        await using var front = await TestFront.StartAsync();
        foreach (var name in (string[])["team%2Fa%3A1%40x%2B-._", "%61", new string('n', 256)])
        {
            await front.SendAsync(new HttpMethod(method), At(path, name), body).JsonAsync();
        }
    }

    [Theory]
    [InlineData("POST", "/v1/tasks//cancel")]
    [InlineData("GET", "/v1/locks")]
    [InlineData("GET", "/v1/locks/")]
    [InlineData("POST", "/v1/locks//acquire")]
    [InlineData("POST", "/v1/barriers//arrive")]
    [InlineData("PUT", "/v1/supervisors//configuration")]
    public async Task Name_in_the_url_may_not_be_empty(string method, string path)
    {
        await using var front = await TestFront.StartAsync();
        await front.SendAsync(new HttpMethod(method), path, "{}").ErrorAsync(ErrorCode.DestinationNotFound);
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task Body_that_is_no_json_object_is_a_format_error(string method, string path, string? body)
    {
        await using var front = await TestFront.StartAsync();
        var deep = new string('[', 130) + new string(']', 130);
        var bad = new List<string>
        {
            " ", "rubbish", "[]", "\"a\"", "null", body![..^1], body + ",", $"[{body}]",
            $"{{\"a\":1,\"a\":2,{body[1..]}", $"{{\"deep\":{deep}}}", "{\"a\":\"\\ud800\"}",
        };
        if (!path.EndsWith("/cancel", StringComparison.Ordinal))
        {
            bad.Add("");
        }

        foreach (var json in bad)
        {
            await front.SendAsync(new HttpMethod(method), At(path), json).ErrorAsync(ErrorCode.MessageFormat);
        }

        using var invalid = new HttpRequestMessage(new HttpMethod(method), At(path))
        {
            Content = new ByteArrayContent([.. "{\"a\":\""u8, 0xff, .. "\"}"u8]),
        };
        await front.Client.SendAsync(invalid).ErrorAsync(ErrorCode.MessageFormat);
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task Body_that_is_too_large_is_refused(string method, string path, string? body)
    {
        await using var front = await TestFront.StartAsync(options => options.MessageBytesMax = 2_000);
        var large = body!.TrimEnd('}') + (body.Length > 2 ? "," : "") + $"\"filling\":\"{new string('x', 2_000)}\"}}";
        await front.SendAsync(new HttpMethod(method), At(path), large).ErrorAsync(ErrorCode.PayloadTooLarge);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Page_of_a_foreign_site_is_kept_out(string method, string path, string? body)
    {
        await using var front = await TestFront.StartAsync();
        await front.SendAsync(new HttpMethod(method), At(path), body, ("Origin", "https://evil.example")).ErrorAsync(ErrorCode.Forbidden);
        Assert.StartsWith("SecurityRefusal", Assert.Single(front.Logged), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/tasks/t/cancel")]
    [InlineData("/v1/locks/l/acquire")]
    [InlineData("/v1/locks/l/renew")]
    [InlineData("/v1/locks/l/release")]
    [InlineData("/v1/locks/l/check")]
    [InlineData("/v1/barriers")]
    [InlineData("/v1/barriers/b/arrive")]
    [InlineData("/v1/supervisors/b/configuration")]
    public async Task What_changes_something_is_not_done_by_a_get(string path)
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync(path).ErrorAsync(ErrorCode.DestinationNotFound, 405);
    }

    private static string At(string path, string name = "x") => path.Replace(Name, name, StringComparison.Ordinal);

    private static void Refuse(FakeFabric fabric, Fault fault)
    {
        fabric.AllTasks.Refusal = fault;
        fabric.AllLocks.Refusal = fault;
        fabric.AllBarriers.Refusal = fault;
        fabric.OnSupervisor = () => throw new FaultException(fault);
    }

    private static TheoryData<string, string, string?> Data(Predicate<(string Method, string Path, string? Body)> isWanted)
    {
        var data = new TheoryData<string, string, string?>();
        foreach (var route in Routes.Where(route => isWanted(route)))
        {
            data.Add(route.Method, route.Path, route.Body);
        }

        return data;
    }
}
