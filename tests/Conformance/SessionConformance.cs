using System.Text.Json.Nodes;
using Hms.Abstractions;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Conformance;

/// <summary>The session as the one root of liveness (section 3.1): who is alive, and what follows when one is not.</summary>
public abstract partial class SessionConformance(IFabricFixture fixture) : CoordinationSuite(fixture)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Two_missed_heartbeats_make_suspect_and_four_dead()
    {
        var id = await MortalAsync();
        var seen = new List<Liveness>();

        foreach (var step in (int[])[1_999, 1, 1_999, 1])
        {
            await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(step));
            seen.Add((await Fabric.Supervisors.GetAsync(id)).Liveness);
        }

        Assert.Equal([Liveness.Alive, Liveness.Suspect, Liveness.Suspect, Liveness.Dead], seen);
    }

    [Fact]
    public async Task Suspect_is_asked_how_it_is_once_and_its_answer_is_a_sign_of_life()
    {
        var id = await MortalAsync();
        await Fixture.AdvanceAsync(2 * Second);
        var asked = await ToldAsync(id, "supervisor_status_request", id);
        Assert.Equal(id, (string?)asked["supervisor_id"]);
        await Fixture.AdvanceAsync(Second);
        Assert.Empty(await ReceiveAsync(id));

        await SendAsync(Typed(id, Meta, "supervisor_status_response", JsonNode.Parse("""{"status":"slow","load":0.9}""")));

        var record = await Fabric.Supervisors.GetAsync(id);
        Assert.Equal((Liveness.Alive, "slow", 0.9), (record.Liveness, record.LastHeartbeat?.Status, record.LastHeartbeat?.Load));
        await Fixture.AdvanceAsync(2 * Second);
        Assert.Equal(Liveness.Suspect, (await Fabric.Supervisors.GetAsync(id)).Liveness);
        await ToldAsync(id, "supervisor_status_request", id);
    }

    [Fact]
    public async Task Suspect_that_beats_is_alive_and_keeps_its_session()
    {
        var id = await MortalAsync();
        var session = (await Fabric.Supervisors.GetAsync(id)).Session;
        await Fixture.AdvanceAsync(3 * Second);

        var record = await Soon(Fabric.Supervisors.HeartbeatAsync(id, new Heartbeat()));

        Assert.Equal((Liveness.Alive, session), (record.Liveness, record.Session));
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(3_999));
        Assert.Equal((Liveness.Suspect, session), await StandingAsync(id));
    }

    [Fact]
    public async Task Registering_again_is_a_sign_of_life()
    {
        var id = await MortalAsync();
        await Fixture.AdvanceAsync(3 * Second);

        await Fabric.Supervisors.RegisterAsync(id, new Registration("test") { HeartbeatIntervalMs = 1_000 });

        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1_999));
        Assert.Equal(Liveness.Alive, (await Fabric.Supervisors.GetAsync(id)).Liveness);
    }

    [Fact]
    public async Task Messages_and_receiving_are_no_sign_of_life()
    {
        var (id, other) = (await MortalAsync(), await RegisteredAsync());
        for (var step = 0; step < 4; step++)
        {
            await Fixture.AdvanceAsync(Second);
            await SendAsync(Message(id, other));
            await ReceiveAsync(id);
        }

        Assert.Equal(Liveness.Dead, (await Fabric.Supervisors.GetAsync(id)).Liveness);
    }

    [Fact]
    public async Task Heartbeat_of_a_dead_one_is_a_conflict_with_the_record_until_it_registers_again()
    {
        var id = await MortalAsync();
        var session = (await Fabric.Supervisors.GetAsync(id)).Session;
        await DieAsync(id);

        Fault[] faults =
        [
            await RefusedAsync(ErrorCode.Conflict, Fabric.Supervisors.HeartbeatAsync(id, new Heartbeat())),
            await RefusedAsync(ErrorCode.Conflict, SendAsync(Typed(id, Meta, "supervisor_heartbeat", new JsonObject()))),
            await RefusedAsync(ErrorCode.Conflict, SendAsync(Typed(id, Meta, "supervisor_status_response", new JsonObject()))),
        ];

        Assert.All(faults, fault => Assert.Equal(
            (id, "dead", session), (Text(RecordIn(fault), "id"), Text(RecordIn(fault), "status"), Text(RecordIn(fault), "session"))));
        Assert.Equal((Liveness.Dead, session), await StandingAsync(id));
        await Fabric.Supervisors.RegisterAsync(id, new Registration("test") { HeartbeatIntervalMs = 1_000 });
        Assert.NotEqual((Liveness.Alive, session), await StandingAsync(id));
        await Fabric.Supervisors.HeartbeatAsync(id, new Heartbeat());
    }

    [Fact]
    public async Task One_without_an_interval_never_expires()
    {
        var id = await RegisteredAsync();

        await Fixture.AdvanceAsync(TimeSpan.FromDays(30));

        Assert.Equal(Liveness.Alive, (await Fabric.Supervisors.GetAsync(id)).Liveness);
    }

    [Fact]
    public async Task Heartbeat_of_a_stranger_is_not_found() =>
        await RefusedAsync(ErrorCode.DestinationNotFound, SendAsync(Typed(NewName("stranger"), Meta, "supervisor_heartbeat", new JsonObject())));

    [Fact]
    public async Task Every_session_has_a_full_interval_anew_after_a_start_and_the_dead_stay_dead()
    {
        var (alive, suspect, dead) = (await MortalAsync(), await MortalAsync(), await MortalAsync());
        await Fixture.AdvanceAsync(2 * Second);
        await Fabric.Supervisors.HeartbeatAsync(alive, new Heartbeat());
        await Fabric.Supervisors.HeartbeatAsync(suspect, new Heartbeat());
        await Fixture.AdvanceAsync(2 * Second);
        await Fabric.Supervisors.HeartbeatAsync(alive, new Heartbeat());
        var sessions = (await StandingAsync(alive), await StandingAsync(suspect), await StandingAsync(dead));
        Assert.Equal((Liveness.Alive, Liveness.Suspect, Liveness.Dead), (sessions.Item1.Item1, sessions.Item2.Item1, sessions.Item3.Item1));

        await RestartAsync();

        Assert.Equal((Liveness.Alive, sessions.Item2.Session), await StandingAsync(suspect));
        Assert.Equal((Liveness.Alive, sessions.Item1.Session), await StandingAsync(alive));
        Assert.Equal((Liveness.Dead, sessions.Item3.Session), await StandingAsync(dead));
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1_900));
        Assert.Equal(Liveness.Alive, (await Fabric.Supervisors.GetAsync(suspect)).Liveness);
        await RefusedAsync(ErrorCode.Conflict, Fabric.Supervisors.HeartbeatAsync(dead, new Heartbeat()));
    }

    [Fact]
    public async Task Death_is_told_to_the_health_topic_once()
    {
        var listener = await RegisteredAsync();
        await Soon(Fabric.Topics.SubscribeAsync("health", listener, SubscriptionStart.New));
        var id = await MortalAsync();

        await DieAsync(id);

        var delivery = await HealthOfAsync(id);
        Assert.Equal("health", delivery.Topic);
        var message = Read(delivery.Message);
        Assert.Equal(
            ("health_notification", Meta, "Critical"),
            (Text(message, "message_type"), Text(message, "source"), (string?)message["content"]!["status"]));
        Assert.Empty(await Fabric.ValidateAsync(delivery.Message));
        await RestartAsync();
        await DieAsync(id);
        var other = await MortalAsync();
        await DieAsync(other);
        await HealthOfAsync(other);
        await Fabric.Topics.UnsubscribeAsync("health", listener);

        // Those that other facts left behind die here, too.
        async Task<Delivery> HealthOfAsync(string component)
        {
            while (true)
            {
                var next = await ReceiveOneAsync(listener);
                await Mailbox(listener).AckAsync([next.Receipt]);
                var about = (string?)Read(next.Message)["content"]!["component_id"];
                if (about == component)
                {
                    return next;
                }

                Assert.NotEqual(id, component == id ? null : about);
            }
        }
    }

    [Fact]
    public async Task List_shows_and_filters_by_status()
    {
        var role = NewName("role");
        string[] ids = [.. new[] { "a", "b", "c" }.Select(NewName)];
        foreach (var id in ids)
        {
            await Fabric.Supervisors.RegisterAsync(id, new Registration("test") { HeartbeatIntervalMs = 1_000, Roles = [role] });
        }

        await Fixture.AdvanceAsync(2 * Second);
        await Fabric.Supervisors.HeartbeatAsync(ids[1], new Heartbeat());
        await Fixture.AdvanceAsync(2 * Second);
        await Fabric.Supervisors.RegisterAsync(ids[2], new Registration("test") { HeartbeatIntervalMs = 1_000, Roles = [role] });

        var all = await Fabric.Supervisors.ListAsync(new SupervisorQuery { Role = role });
        Assert.Equal([Liveness.Dead, Liveness.Suspect, Liveness.Alive], all.Items.Select(record => record.Liveness));
        foreach (var (liveness, id) in new[] { (Liveness.Dead, ids[0]), (Liveness.Suspect, ids[1]), (Liveness.Alive, ids[2]) })
        {
            var some = await Fabric.Supervisors.ListAsync(new SupervisorQuery { Role = role, Liveness = liveness });
            Assert.Equal(id, Assert.Single(some.Items).Id);
        }
    }

    [Fact]
    public async Task Record_is_written_as_the_contract_shows_it()
    {
        var id = NewName("worker");
        var said = new Registration("runtime") { Roles = ["r"], Capabilities = ["c"], HeartbeatIntervalMs = 5_000, Metadata = """{"x":1.50}"""u8.ToArray() };
        var made = (await Fabric.Supervisors.RegisterAsync(id, said)).Record;
        await SendToAsync(id);

        var json = Json((await Fabric.Supervisors.GetAsync(id)).WriteTo);

        Assert.Equal((id, "runtime", "alive", made.Session), (Text(json, "id"), Text(json, "supervisor_type"), Text(json, "status"), Text(json, "session")));
        Assert.Equal("""{"ready":1,"leased":0,"dead_letters":0}""", json["mailbox"]!.ToJsonString());
        Assert.Equal((5_000L, """["r"]""", """["c"]"""), ((long?)json["heartbeat_interval_ms"], json["roles"]!.ToJsonString(), json["capabilities"]!.ToJsonString()));
        Assert.EndsWith("Z", Text(json, "last_seen"), StringComparison.Ordinal);
        Assert.Equal("""{"x":1.50}""", json["metadata"]!.ToJsonString());
    }

    [Fact]
    public async Task Configuration_is_sent_as_it_is_and_its_interval_is_what_is_expected_from_then_on()
    {
        var id = await MortalAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromMilliseconds(1_900));

        var record = await Soon(Fabric.Supervisors.ConfigureAsync(id, """{ "heartbeat_interval_ms":10000, "level":1.50 }"""u8.ToArray()));

        Assert.Equal((10_000L, Liveness.Alive), (record.Registration.HeartbeatIntervalMs, record.Liveness));
        var told = await ToldAsync(id, "supervisor_configuration", id);
        Assert.Equal("""{"heartbeat_interval_ms":10000,"level":1.50}""", told.ToJsonString());
        await RestartAsync();
        Assert.Equal(Liveness.Alive, (await Fabric.Supervisors.GetAsync(id)).Liveness);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(19));
        Assert.Equal(Liveness.Alive, (await Fabric.Supervisors.GetAsync(id)).Liveness);
        await Fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(Liveness.Suspect, (await Fabric.Supervisors.GetAsync(id)).Liveness);
        await RefusedAsync(ErrorCode.DestinationNotFound, Fabric.Supervisors.ConfigureAsync(NewName("nobody"), "{}"u8.ToArray()));
    }

    [Fact]
    public async Task Configuration_can_make_one_mortal_that_never_was()
    {
        var id = await RegisteredAsync();

        await Soon(Fabric.Supervisors.ConfigureAsync(id, """{"heartbeat_interval_ms":1000}"""u8.ToArray()));

        await DieAsync(id);
    }

    private async Task<(Liveness, string Session)> StandingAsync(string id)
    {
        var record = await Fabric.Supervisors.GetAsync(id);
        return (record.Liveness, record.Session);
    }
}
