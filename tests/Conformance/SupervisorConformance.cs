using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;

namespace Hms.Conformance;

/// <summary>Who is registered (section 3.1).</summary>
public abstract class SupervisorConformance(IFabricFixture fixture) : ConformanceSuite(fixture)
{
    private static readonly Registration Plain = new("test");

    [Fact]
    public async Task Registration_makes_a_record_that_says_what_the_supervisor_said()
    {
        var id = NewName("worker");
        var said = new Registration("runtime")
        {
            Roles = ["runtime", "night-shift"],
            Capabilities = ["restart"],
            HeartbeatIntervalMs = 5_000,
            Metadata = """{"rack":7}"""u8.ToArray(),
        };

        var result = await Fabric.Supervisors.RegisterAsync(id, said);

        Assert.True(result.Created);
        await Fixture.RestartAsync();
        var record = await Fabric.Supervisors.GetAsync(id);
        Assert.Equal((id, Liveness.Alive, result.Record.Session), (record.Id, record.Liveness, record.Session));
        Assert.Equal(result.Record.RegisteredAt.ToUnixTimeMilliseconds(), record.RegisteredAt.ToUnixTimeMilliseconds());
        Assert.Equal(("runtime", 5_000L), (record.Registration.SupervisorType, record.Registration.HeartbeatIntervalMs));
        Assert.Equal(said.Roles, record.Registration.Roles);
        Assert.Equal(said.Capabilities, record.Registration.Capabilities);
        Assert.Equal(said.Metadata.ToArray(), record.Registration.Metadata.ToArray());
    }

    [Fact]
    public async Task Registering_again_keeps_session_and_mailbox_and_takes_over_what_is_new()
    {
        var id = NewName("worker");
        var first = await Fabric.Supervisors.RegisterAsync(id, Plain);
        await SendToAsync(id);

        var second = await Fabric.Supervisors.RegisterAsync(id, Plain with { Roles = ["analysis"] });

        Assert.False(second.Created);
        Assert.Equal(first.Record.Session, second.Record.Session);
        Assert.Equal(["analysis"], second.Record.Registration.Roles);
        Assert.Equal(1, second.Record.Mailbox!.Value.Ready);
    }

    [Fact]
    public async Task Restart_begins_a_new_session()
    {
        var id = NewName("worker");
        var first = await Fabric.Supervisors.RegisterAsync(id, Plain);

        var second = await Fabric.Supervisors.RegisterAsync(id, Plain with { Restart = true });
        var third = await Fabric.Supervisors.RegisterAsync(id, Plain);

        Assert.NotEqual(first.Record.Session, second.Record.Session);
        Assert.Equal(second.Record.Session, third.Record.Session);
    }

    [Fact]
    public async Task Missed_heartbeats_make_a_supervisor_suspect_then_dead_and_registering_begins_a_new_session()
    {
        var id = NewName("worker");
        var said = Plain with { HeartbeatIntervalMs = 1_000 };
        var first = await Fabric.Supervisors.RegisterAsync(id, said);

        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(Liveness.Suspect, (await Fabric.Supervisors.GetAsync(id)).Liveness);
        Assert.Equal(Liveness.Alive, (await Fabric.Supervisors.HeartbeatAsync(id, new Heartbeat())).Liveness);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(Liveness.Dead, (await Fabric.Supervisors.GetAsync(id)).Liveness);

        var second = await Fabric.Supervisors.RegisterAsync(id, said);
        Assert.Equal(Liveness.Alive, second.Record.Liveness);
        Assert.NotEqual(first.Record.Session, second.Record.Session);
    }

    [Fact]
    public async Task Heartbeat_is_kept_in_the_record()
    {
        var id = await RegisteredAsync();
        var before = await Fabric.Supervisors.GetAsync(id);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));

        await Fabric.Supervisors.HeartbeatAsync(id, new Heartbeat { Status = "busy", Load = 0.5, Metrics = """{"q":3}"""u8.ToArray() });

        var record = await Fabric.Supervisors.GetAsync(id);
        Assert.True(record.LastSeen > before.LastSeen);
        Assert.Equal(("busy", 0.5), (record.LastHeartbeat?.Status, record.LastHeartbeat?.Load));
        Assert.Equal("""{"q":3}"""u8.ToArray(), record.LastHeartbeat!.Metrics.ToArray());
    }

    [Fact]
    public async Task List_goes_by_id_in_pages_and_filters_by_role_and_liveness()
    {
        var role = NewName("role");
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Add(NewName("worker"));
            await Fabric.Supervisors.RegisterAsync(ids[i], Plain with { Roles = [role], HeartbeatIntervalMs = i == 0 ? 100 : null });
        }

        await RegisteredAsync();
        var query = new SupervisorQuery { Role = role, Limit = 3 };
        var listed = new List<string>();
        for (string? after = ""; after is not null;)
        {
            var page = await Fabric.Supervisors.ListAsync(query with { After = after });
            Assert.True(page.Items.Count <= 3);
            listed.AddRange(page.Items.Select(record => record.Id));
            after = page.Next;
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), listed);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        var dead = await Fabric.Supervisors.ListAsync(new SupervisorQuery { Role = role, Liveness = Liveness.Dead });
        Assert.Equal(ids[0], Assert.Single(dead.Items).Id);
        Assert.Null(dead.Next);
    }

    [Fact]
    public async Task Deregistration_makes_dead_letters_that_come_back_with_the_supervisor()
    {
        var id = await RegisteredAsync();
        var message = await SendToAsync(id);

        await Fabric.Supervisors.DeregisterAsync(id);

        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Supervisors.GetAsync(id));
        await RefusedAsync(ErrorCode.DestinationNotFound, SendAsync(Message("sender", id)));
        await RefusedAsync(ErrorCode.DestinationNotFound, Mailbox(id).ReceiveAsync(new()));
        Assert.True((await Fabric.Supervisors.RegisterAsync(id, Plain)).Created);
        Assert.Empty(await ReceiveAsync(id));
        Assert.Equal("deregistered", Assert.Single((await Mailbox(id).DeadLettersAsync(0, 10)).Items).Reason);
        await Mailbox(id).RedriveAsync(null);
        Assert.Equal(message, IdOf(Assert.Single(await ReceiveAsync(id))));
    }

    [Fact]
    public async Task Receiver_that_waits_is_told_when_its_supervisor_is_deregistered()
    {
        var id = await RegisteredAsync();
        var waiting = Soon(Mailbox(id).ReceiveAsync(new ReceiveRequest { Wait = TimeSpan.FromSeconds(60) }));

        await Fabric.Supervisors.DeregisterAsync(id);

        await RefusedAsync(ErrorCode.DestinationNotFound, () => waiting);
    }

    [Fact]
    public async Task Registration_by_message_opens_the_mailbox_and_is_answered_there()
    {
        var id = NewName("worker");
        var message = Administrative(id, "supervisor_registration", """{"supervisor_type":"rust","heartbeat_interval_ms":2500}""");

        await SendAsync(message);

        var answer = Read((await ReceiveOneAsync(id)).Message);
        Assert.Equal(("supervisor_configuration", "meta_supervisor"), (Text(answer, "message_type"), Text(answer, "source")));
        Assert.Equal(Text(message, "id"), Text(answer, "correlation_id"));
        Assert.Equal(2_500, (long?)answer["content"]!["heartbeat_interval_ms"]);
        Assert.Equal("rust", (await Fabric.Supervisors.GetAsync(id)).Registration.SupervisorType);

        await SendAsync(message);
        Assert.Empty(await ReceiveAsync(id));
    }

    [Fact]
    public async Task Heartbeat_and_deregistration_go_by_message_too()
    {
        var id = await RegisteredAsync();

        await SendAsync(Administrative(id, "supervisor_heartbeat", """{"status":"busy"}"""));
        Assert.Equal("busy", (await Fabric.Supervisors.GetAsync(id)).LastHeartbeat?.Status);
        await SendAsync(Administrative(id, "supervisor_deregistration", "{}"));

        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Supervisors.GetAsync(id));
    }

    [Fact]
    public async Task Status_counts_the_registered()
    {
        var before = await Fabric.StatusAsync();
        await RegisteredAsync();

        var after = await Fabric.StatusAsync();

        Assert.Equal(before.Supervisors + 1, after.Supervisors);
        Assert.Null(after.Problem);
        Assert.Null(await Fabric.ProblemAsync());
    }

    private static JsonObject Administrative(string source, string type, string content)
    {
        var message = Message(source, "meta_supervisor");
        message["message_type"] = type;
        message["content"] = JsonNode.Parse(content);
        return message;
    }
}
