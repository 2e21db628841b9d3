using System.Text;
using Hms.Domain.Directory;
using Hms.Domain.Entities;
using Hms.Domain.Tests.Entities;
using Hms.Protocol;

namespace Hms.Domain.Tests.Directory;

public sealed class DirectoryTests
{
    private readonly MemoryStore _store = new();
    private DirectoryState _state = new(new DirectoryLimits { SupervisorsMax = 3 });
    private DateTimeOffset _now = new(2027, 1, 15, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_registration_opens_the_mailbox_and_then_answers_into_it()
    {
        var answer = "{}"u8.ToArray();
        var step = Decide(new DirectoryCommand.Register("runtime", new Registration("rt"), "s1", answer));
        var sent = step.Effects.Cast<Effect.Send>().Select(effect => effect.Message).ToArray();
        Assert.Equal(new OutboxMessage.OpenMailbox("runtime"), sent[0]);
        Assert.Equal(new OutboxMessage.Post("runtime", answer), sent[1]);
        Assert.Equal(2, sent.Length);
    }

    [Fact]
    public void Registering_again_while_alive_keeps_the_session()
    {
        Assert.True(Register("runtime", "s1").Created);
        _now += TimeSpan.FromSeconds(1);
        var again = Register("runtime", "s2");
        Assert.Equal((false, "s1"), (again.Created, again.Supervisor.Session));
        Assert.Equal((_now - TimeSpan.FromSeconds(1), _now), (again.Supervisor.RegisteredAt, again.Supervisor.LastSeen));
    }

    [Fact]
    public void A_restart_that_is_asked_for_begins_a_new_session_once()
    {
        Register("runtime", "s1");
        var restarted = Ask<DirectoryReply.Registered>(
            new DirectoryCommand.Register("runtime", new Registration("rt") { Restart = true }, "s2"));
        Assert.Equal("s2", restarted.Supervisor.Session);
        Assert.False(restarted.Supervisor.Registration.Restart);
        Assert.Equal("s2", Register("runtime", "s3").Supervisor.Session);
    }

    [Fact]
    public void Two_missed_heartbeats_make_suspect_and_four_make_dead_and_the_next_session_new()
    {
        Register("runtime", "s1", intervalMs: 100);
        Assert.Equal(Liveness.Alive, After(199));
        Assert.Equal(Liveness.Suspect, After(1));
        Assert.Equal(Liveness.Suspect, After(199));
        Assert.Equal(Liveness.Dead, After(1));
        Assert.Equal("s2", Register("runtime", "s2", intervalMs: 100).Supervisor.Session);
        Assert.Equal(Liveness.Alive, After(0));
    }

    [Fact]
    public void A_heartbeat_makes_alive_again_and_is_shown()
    {
        Register("runtime", "s1", intervalMs: 100);
        _now += TimeSpan.FromMilliseconds(300);
        var heard = Ask<DirectoryReply.Found>(new DirectoryCommand.Beat("runtime", new Heartbeat { Status = "busy", Load = 0.5 }));
        Assert.Equal((Liveness.Alive, "busy"), (heard.Supervisor.Liveness, heard.Supervisor.LastHeartbeat?.Status));
        Assert.True(_state.Changes.Rows.Count == 2, "a heartbeat is no change to any row: there are the supervisor's and the count of sessions");
    }

    [Fact]
    public void Without_an_interval_nobody_expires()
    {
        Register("runtime", "s1");
        Assert.Equal(Liveness.Alive, After(10L * 365 * 86_400_000));
    }

    [Fact]
    public void After_a_restart_everybody_has_a_full_interval_anew()
    {
        Register("runtime", "s1", intervalMs: 100);
        Restart();
        _now += TimeSpan.FromDays(1);
        Ask<DirectoryReply.Counted>(new DirectoryCommand.Count());
        Assert.Equal(Liveness.Alive, After(199));
        Assert.Equal(Liveness.Suspect, After(1));
    }

    [Fact]
    public void A_record_is_read_back_as_it_was_written()
    {
        var registration = new Registration("ré\"t")
        {
            Roles = ["runtime", "ga"],
            Capabilities = ["jit"],
            PublicKey = """{"kty":"EC"}"""u8.ToArray(),
            HeartbeatIntervalMs = 5_000,
            Metadata = """{"a":[1,2.50,{"b":null}]}"""u8.ToArray(),
        };
        var before = Ask<DirectoryReply.Registered>(new DirectoryCommand.Register("runtime", registration, "s1")).Supervisor;
        Restart();
        var after = Ask<DirectoryReply.Found>(new DirectoryCommand.Get("runtime")).Supervisor;
        Assert.Equal((before.Session, before.RegisteredAt), (after.Session, after.RegisteredAt));
        Assert.Equal(("ré\"t", 5_000L), (after.Registration.SupervisorType, after.Registration.HeartbeatIntervalMs));
        Assert.Equal(registration.Roles, after.Registration.Roles);
        Assert.Equal(registration.Capabilities, after.Registration.Capabilities);
        Assert.Equal(registration.PublicKey.Span, after.Registration.PublicKey.Span);
        Assert.Equal(registration.Metadata.Span, after.Registration.Metadata.Span);
    }

    [Fact]
    public void Metadata_as_deep_as_a_message_may_be_can_be_read_again()
    {
        const int depth = JsonText.DepthMax - 1;
        var deep = "{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        Ask<DirectoryReply.Registered>(new DirectoryCommand.Register(
            "runtime", new Registration("rt") { Metadata = Encoding.UTF8.GetBytes(deep) }, "s1"));
        Restart();
        Assert.Equal(1, _state.Supervisors);
    }

    [Fact]
    public void Deregistration_closes_the_mailbox_ends_the_session_and_leaves_the_count_of_sessions_only()
    {
        Register("runtime", "s1");
        _store.Commit(_state);
        var step = Decide(new DirectoryCommand.Deregister("runtime"));
        Assert.Equal(
            [new Effect.Send(new OutboxMessage.CloseMailbox("runtime")), new Effect.Send(new OutboxMessage.EndSession("runtime", 1))],
            step.Effects);
        Restart();
        Assert.Equal((1, 0), (_store.RowCount, _state.Supervisors));
        Assert.Equal(ErrorCode.DestinationNotFound, Decide(new DirectoryCommand.Deregister("runtime")).Fault?.Code);
        Assert.Equal(ErrorCode.DestinationNotFound, Decide(new DirectoryCommand.Get("runtime")).Fault?.Code);
        Assert.Equal(ErrorCode.DestinationNotFound, Decide(new DirectoryCommand.Beat("runtime", new Heartbeat())).Fault?.Code);
    }

    [Fact]
    public void A_full_directory_takes_no_new_supervisor_but_changes_to_old_ones()
    {
        Register("a", "1");
        Register("b", "2");
        Register("c", "3");
        Assert.Equal(
            ErrorCode.RateLimited, Decide(new DirectoryCommand.Register("d", new Registration("rt"), "4")).Fault?.Code);
        Assert.False(Register("c", "5").Created);
    }

    [Fact]
    public void A_list_goes_by_id_after_one_up_to_its_limit_and_by_role_and_liveness()
    {
        Register("B", "1", intervalMs: 100);
        Register("a", "2", role: "ga");
        Register("a:1", "3");
        Assert.Equal(["B", "a", "a:1"], List("", 10));
        Assert.Equal(["a"], List("B", 1));
        Assert.Equal(["a"], List("", 10, role: "ga"));
        _now += TimeSpan.FromMilliseconds(400);
        Assert.Equal(["B"], List("", 10, Liveness.Dead));
        Assert.Empty(List("a:1", 10));
    }

    private Step<DirectoryReply> Decide(DirectoryCommand command) => DirectoryMachine.Decide(_state, command, _now);

    private T Ask<T>(DirectoryCommand command)
        where T : DirectoryReply => Assert.IsType<T>(Decide(command).Reply);

    private DirectoryReply.Registered Register(string id, string session, long? intervalMs = null, string role = "runtime") =>
        Ask<DirectoryReply.Registered>(new DirectoryCommand.Register(
            id, new Registration("rt") { HeartbeatIntervalMs = intervalMs, Roles = [role] }, session));

    private Liveness After(long ms)
    {
        _now += TimeSpan.FromMilliseconds(ms);
        return Ask<DirectoryReply.Found>(new DirectoryCommand.Get("runtime")).Supervisor.Liveness;
    }

    private IEnumerable<string> List(string after, int limit, Liveness? liveness = null, string? role = null) =>
        Ask<DirectoryReply.Listed>(new DirectoryCommand.List(after, limit, liveness, role)).Supervisors.Select(found => found.Id);

    private void Restart()
    {
        _store.Commit(_state);
        _state = _store.LoadInto(new DirectoryState(new DirectoryLimits { SupervisorsMax = 3 }));
    }
}
