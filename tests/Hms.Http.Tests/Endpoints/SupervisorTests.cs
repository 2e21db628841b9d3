using System.Text;

namespace Hms.Http.Tests.Endpoints;

public sealed class SupervisorTests
{
    [Fact]
    public async Task Registration_is_created_and_then_changed()
    {
        await using var front = await TestFront.StartAsync();
        const string body = """
            {"supervisor_type":"runtime","roles":["runtime"],"capabilities":["restart"],"public_key":{"kty":"EC", "crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"},
             "heartbeat_interval_ms":5000,"metadata":{"a": [1]},"restart":true,"added_later":{}}
            """;

        var record = await front.PutAsync("/v1/supervisors/b", body).JsonAsync(HttpStatusCode.Created);

        const string expected = """
            {"id":"b","status":"alive","session":"s1","registered_at":"2025-05-01T14:30:00.000Z","last_seen":"2025-05-01T14:30:00.000Z",
            "supervisor_type":"runtime","roles":["runtime"],"capabilities":["restart"],
            "public_key":{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"},
            "heartbeat_interval_ms":5000,"metadata":{"a":[1]},"mailbox":{"ready":1,"leased":2,"dead_letters":3}}
            """;
        Assert.Equal(expected.ReplaceLineEndings(""), record.ToJsonString());
        var (id, registration) = front.Fabric.Registered!.Value;
        Assert.Equal(("b", true), (id, registration.Restart));
        Assert.Equal("{\"a\": [1]}", Encoding.UTF8.GetString(registration.Metadata.Span));

        front.Fabric.IsNew = false;
        await front.PutAsync("/v1/supervisors/b", """{"supervisor_type":"x","roles":null,"public_key":null}""").JsonAsync();
        registration = front.Fabric.Registered!.Value.Registration;
        Assert.Empty(registration.Roles);
        Assert.True(registration.PublicKey.IsEmpty);
        Assert.Null(registration.HeartbeatIntervalMs);
    }

    [Fact]
    public async Task Every_member_of_a_registration_that_is_wrong_is_named()
    {
        await using var front = await TestFront.StartAsync();
        const string body = """{"supervisor_type":"","roles":["a b"],"capabilities":[1],"heartbeat_interval_ms":99,"metadata":[],"restart":"no","public_key":"k"}""";
        Assert.Equal(
            ["/capabilities/0", "/heartbeat_interval_ms", "/metadata", "/public_key", "/restart", "/roles/0", "/supervisor_type"],
            await front.PutAsync("/v1/supervisors/b", body).ProblemsAsync());
    }

    [Fact]
    public async Task List_is_filtered_and_paged()
    {
        await using var front = await TestFront.StartAsync();
        var list = await front.GetAsync("/v1/supervisors?status=suspect&role=a+b%2Bc&limit=2&after=%C3%A9").ProblemsAsync();
        Assert.Equal(["/after"], list);

        var page = await front.GetAsync("/v1/supervisors?status=suspect&role=a+b%2Bc&limit=2&after=x%2Fy").JsonAsync();

        Assert.Equal("b", (string?)page["next"]);
        Assert.Equal(["a", "b"], page["items"]!.AsArray().Select(item => (string)item!["id"]!));
        Assert.Equal(new SupervisorQuery { Liveness = Liveness.Suspect, Role = "a+b+c", Limit = 2, After = "x/y" }, front.Fabric.Query);
        Assert.Equal(["/limit", "/status"], await front.GetAsync("/v1/supervisors?status=Alive&limit=0").ProblemsAsync());
    }

    [Theory]
    [InlineData(Liveness.Alive, "alive")]
    [InlineData(Liveness.Suspect, "suspect")]
    [InlineData(Liveness.Dead, "dead")]
    public async Task Record_shows_its_status(Liveness liveness, string status)
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.OnSupervisor = () => FakeFabric.Record("b") with { Liveness = liveness };
        Assert.Equal(status, (string?)(await front.GetAsync("/v1/supervisors/b").JsonAsync())["status"]);
    }

    [Fact]
    public async Task Deregistration_has_no_body()
    {
        await using var front = await TestFront.StartAsync();
        using var answer = await front.SendAsync(HttpMethod.Delete, "/v1/supervisors/b");
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("b", front.Fabric.Deregistered);
    }

    [Fact]
    public async Task Heartbeat_may_say_much_or_nothing()
    {
        await using var front = await TestFront.StartAsync();
        await front.PostAsync("/v1/supervisors/b/heartbeat", null).JsonAsync();
        Assert.Equal(new Heartbeat(), front.Fabric.Beat);

        var record = await front.PostAsync("/v1/supervisors/b/heartbeat", """{"status":"ok","load":0.5,"metrics":{"q":1}}""").JsonAsync();
        Assert.Equal("""{"status":"ok","load":0.5,"metrics":{"q":1}}""", record["heartbeat"]!.ToJsonString());
        Assert.Equal(
            ["/load", "/metrics", "/status"],
            await front.PostAsync("/v1/supervisors/b/heartbeat", """{"status":1,"load":1e999,"metrics":1}""").ProblemsAsync());
    }

    [Fact]
    public async Task Heartbeat_is_answered_without_what_the_mailbox_holds()
    {
        await using var front = await TestFront.StartAsync();
        var record = await front.PostAsync("/v1/supervisors/b/heartbeat", """{"load":0.5}""").JsonAsync();
        Assert.False(record.AsObject().ContainsKey("mailbox"));
        await Answers.AssertDocumentedAsync(front, "Supervisor", record);
        await Answers.AssertDocumentedAsync(front, "Supervisor", await front.GetAsync("/v1/supervisors/b").JsonAsync());
    }

    [Fact]
    public async Task Heartbeat_of_a_session_that_has_ended_is_a_conflict_with_the_record()
    {
        await using var front = await TestFront.StartAsync();
        front.Fabric.BeatRefusal = new Fault(ErrorCode.Conflict, "its session has ended") { Record = "{\"status\":\"dead\"}"u8.ToArray() };
        var error = await front.PostAsync("/v1/supervisors/b/heartbeat", null).ErrorAsync(ErrorCode.Conflict);
        Assert.Equal("dead", (string?)error["error_details"]!["status"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "heartbeat_interval_ms" : 100, "log": ["é", {"a":1.0}] }""")]
    [InlineData("""{"heartbeat_interval_ms":86400000}""")]
    [InlineData("""{"heartbeat_interval_ms":null}""")]
    public async Task Configuration_is_passed_on_as_it_is(string configuration)
    {
        await using var front = await TestFront.StartAsync();
        var record = await front.PutAsync("/v1/supervisors/a%2Fb/configuration", $" {configuration}\n").JsonAsync();
        Assert.Equal(("a/b", configuration), front.Fabric.Configured);
        Assert.Equal("a/b", (string?)record["id"]);
    }

    [Theory]
    [InlineData("99")]
    [InlineData("86400001")]
    [InlineData("\"5000\"")]
    [InlineData("1.5")]
    public async Task Configuration_with_an_interval_out_of_range_is_refused(string interval)
    {
        await using var front = await TestFront.StartAsync();
        Assert.Equal(
            ["/heartbeat_interval_ms"],
            await front.PutAsync("/v1/supervisors/b/configuration", $$"""{"heartbeat_interval_ms":{{interval}}}""").ProblemsAsync());
        Assert.Null(front.Fabric.Configured);
    }

    [Theory]
    [InlineData(126, true)]
    [InlineData(127, false)]
    public async Task Configuration_is_no_deeper_than_the_message_that_it_becomes_may_be(int levels, bool isRight)
    {
        await using var front = await TestFront.StartAsync();
        var body = $"{{\"a\":{new string('[', levels)}{new string(']', levels)}}}";
        await (isRight
            ? front.PutAsync("/v1/supervisors/b/configuration", body).JsonAsync()
            : front.PutAsync("/v1/supervisors/b/configuration", body).ErrorAsync(ErrorCode.MessageFormat));
    }

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%2fb", "a/b")]
    [InlineData("team%2Fa%2Fb:1@x", "team/a/b:1@x")]
    [InlineData("a+b", "a+b")]
    [InlineData("a%2Bb", "a+b")]
    [InlineData("a%40b%3Ac", "a@b:c")]
    [InlineData("%61", "a")]
    [InlineData("a%2Fb?role=%2F", "a/b")]
    public async Task Name_in_the_url_is_percent_decoded_once(string encoded, string name)
    {
        await using var front = await TestFront.StartAsync();
        await front.PutAsync($"/v1/supervisors/{encoded}", """{"supervisor_type":"x"}""").JsonAsync(HttpStatusCode.Created);
        Assert.Equal(name, front.Fabric.Registered!.Value.Id);
    }

    [Theory]
    [InlineData("a%252Fb")]
    [InlineData("a%25b")]
    [InlineData("a%20b")]
    [InlineData("a%00b")]
    [InlineData("a%0Ab")]
    [InlineData("%C3%A9")]
    [InlineData("%FF")]
    [InlineData("a*b")]
    [InlineData("a%zzb")]
    [InlineData("a%2")]
    public async Task Name_in_the_url_that_breaks_the_rule_is_refused(string encoded)
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.RawAsync(
            $"PUT /v1/supervisors/{encoded} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 23\r\n\r\n{{\"supervisor_type\":\"x\"}}");

        // What Kestrel does not take for a path at all (a NUL) it answers itself.
        if (encoded != "a%00b")
        {
            Assert.StartsWith("HTTP/1.1 422 ", answer, StringComparison.Ordinal);
            Assert.Contains("\"path\":\"/id\"", answer, StringComparison.Ordinal);
        }

        Assert.Null(front.Fabric.Registered);
    }

    [Fact]
    public async Task Name_in_the_url_is_at_most_256_characters_long()
    {
        await using var front = await TestFront.StartAsync();
        await front.GetAsync($"/v1/supervisors/{new string('a', 256)}").JsonAsync();
        Assert.Equal(["/id"], await front.GetAsync($"/v1/supervisors/{new string('a', 257)}").ProblemsAsync());
    }

    [Fact]
    public async Task Name_beside_a_dot_segment_is_not_guessed_at()
    {
        await using var front = await TestFront.StartAsync();
        var answer = await front.RawAsync("GET /v1/./supervisors/a%2Fb HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 422 ", answer, StringComparison.Ordinal);
    }
}
