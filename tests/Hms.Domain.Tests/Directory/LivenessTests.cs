using System.Text;
using Hms.Domain.Directory;
using Hms.Domain.Entities;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;
using Hms.Protocol.Coordination;

namespace Hms.Domain.Tests.Directory;

/// <summary>Who is alive, and what follows when one is not.</summary>
public sealed class LivenessTests
{
    private readonly Rig _rig = new(new DirectoryLimits());

    [Fact]
    public void One_that_falls_silent_is_asked_once_and_then_dies_once()
    {
        _rig.Register("a");
        _rig.Now += 199;
        _rig.Look();
        Assert.Empty(_rig.Sent);
        _rig.Now += 1;
        _rig.Look();
        var asked = Assert.Single(_rig.Posts);
        Assert.Equal(("a", "supervisor_status_request", "a"), (asked.To, asked.Type, asked.Text("supervisor_id")));
        _rig.Now += 199;
        _rig.Look();
        Assert.Empty(_rig.Sent);
        _rig.Now += 1;
        _rig.Look();
        Assert.Equal([new OutboxMessage.EndLeases("a"), new OutboxMessage.EndSession("a", 1)], _rig.Sent.Take(2));
        var published = Assert.IsType<OutboxMessage.Publish>(_rig.Sent[2]);
        Assert.Equal("health", published.Topic);
        Assert.Contains("\"component_id\":\"a\",\"status\":\"Critical\"", Encoding.UTF8.GetString(published.Message.Span), StringComparison.Ordinal);
        _rig.Now += 10_000;
        _rig.Look();
        Assert.Empty(_rig.Sent);
        Assert.Null(_rig.State.NextWake);
    }

    [Fact]
    public void It_wakes_itself_in_time_for_all_of_that()
    {
        _rig.Register("a");
        var said = new List<(long After, string What)>();
        while (_rig.State.NextWake is not null)
        {
            _rig.WakeWhenWanted();
            said.AddRange(_rig.Sent.Select(message => (_rig.Now - Rig.Start, message.GetType().Name)));
        }

        Assert.Equal([(200, "Post"), (400, "EndLeases"), (400, "EndSession"), (400, "Publish")], said);
    }

    [Fact]
    public void Each_silence_has_a_question_of_its_own()
    {
        _rig.Register("a");
        var ids = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            _rig.Now += 250;
            _rig.Look();
            Assert.True(ids.Add(Assert.Single(_rig.Posts).Id));
            _rig.Beat("a");
        }
    }

    [Fact]
    public void One_that_speaks_again_soon_after_it_was_asked_is_asked_in_time_also_where_death_is_far_off()
    {
        var rig = new Rig(new DirectoryLimits { DeadAfter = 100 });
        rig.Register("a");
        rig.Now += 200;
        rig.Look();
        Assert.Single(rig.Posts);
        rig.Now += 10;
        rig.Beat("a");
        Assert.Equal(rig.Now + 200, rig.State.NextWake?.ToUnixTimeMilliseconds());
        rig.WakeWhenWanted();
        Assert.Single(rig.Posts);
    }

    [Fact]
    public void Who_is_heard_of_in_time_lives_and_costs_no_row()
    {
        _rig.Register("a");
        _rig.Commit();
        for (var i = 0; i < 100; i++)
        {
            _rig.Now += 150;
            _rig.Beat("a");
            _rig.Look();
            Assert.Empty(_rig.Sent);
        }

        Assert.True(_rig.State.Changes.IsEmpty);
        Assert.Equal(Liveness.Alive, _rig.Get("a").Liveness);
    }

    [Fact]
    public void A_heartbeat_of_a_dead_session_does_not_bring_it_back_also_after_a_restart()
    {
        _rig.Register("a");
        _rig.Now += 400;
        Assert.Equal(Liveness.Dead, _rig.Ask<DirectoryReply.Over>(new DirectoryCommand.Beat("a", new Heartbeat())).Supervisor.Liveness);
        _rig.Restart();
        Assert.Equal(Liveness.Dead, _rig.Get("a").Liveness);
        Assert.False(_rig.View("a").IsAlive);
        _rig.Ask<DirectoryReply.Over>(new DirectoryCommand.Beat("a", new Heartbeat()));
        Assert.Null(_rig.State.DurableWake);
        var again = _rig.Register("a");
        Assert.Equal((2L, "s2", Liveness.Alive), (again.SessionNumber, again.Session, again.Liveness));
        Assert.DoesNotContain(_rig.Sent, said => said is OutboxMessage.EndSession);
    }

    [Fact]
    public void A_restart_ends_the_session_before_and_opens_the_mailbox_after()
    {
        _rig.Register("a");
        Assert.Equal(2, _rig.Register("a", restart: true).SessionNumber);
        Assert.Equal(
            [new OutboxMessage.EndLeases("a"), new OutboxMessage.EndSession("a", 1), new OutboxMessage.OpenMailbox("a")], _rig.Sent);
    }

    [Fact]
    public void Session_numbers_grow_over_deregistration_and_restarts()
    {
        var last = 0L;
        for (var i = 0; i < 4; i++)
        {
            var number = _rig.Register("a").SessionNumber;
            Assert.True(number > last);
            last = number;
            _rig.Restart();
            _rig.Decide(new DirectoryCommand.Deregister("a"));
            Assert.Contains(new OutboxMessage.EndSession("a", number), _rig.Sent);
            _rig.Restart();
        }
    }

    [Fact]
    public void A_dead_one_that_deregisters_does_not_die_again()
    {
        _rig.Register("a");
        _rig.Now += 400;
        _rig.Look();
        _rig.Decide(new DirectoryCommand.Deregister("a"));
        Assert.Equal([new OutboxMessage.CloseMailbox("a")], _rig.Sent);
    }

    [Fact]
    public void After_a_restart_everybody_has_a_full_interval_from_the_first_wake_on()
    {
        _rig.Register("a");
        _rig.Register("b", intervalMs: null);
        Assert.Equal(DateTimeOffset.UnixEpoch, _rig.State.DurableWake);
        _rig.Now += 399;
        _rig.Restart();
        _rig.Now += 86_400_000;
        _rig.Look();
        Assert.Empty(_rig.Sent);
        Assert.Equal(_rig.Now + 200, _rig.State.NextWake?.ToUnixTimeMilliseconds());
        _rig.WakeWhenWanted();
        Assert.Equal("a", Assert.Single(_rig.Posts).To);
        _rig.WakeWhenWanted();
        Assert.Contains(new OutboxMessage.EndSession("a", 1), _rig.Sent);
    }

    [Fact]
    public void Many_that_die_together_are_looked_at_some_at_a_time_until_all_are_told()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _rig.Register($"s{i}");
        }

        _rig.Now += 10_000;
        var ended = new List<int>();
        for (var woken = 0; _rig.State.NextWake is not null && woken < 20; woken++)
        {
            _rig.WakeWhenWanted();
            ended.Add(_rig.Sent.Count(said => said is OutboxMessage.EndSession));
        }

        Assert.Equal([256, 256, 256, 232], ended.Where(count => count > 0));
        Assert.Null(_rig.State.DurableWake);
    }

    [Fact]
    public void Who_died_but_was_not_looked_at_yet_is_seen_as_dead_by_all_who_ask()
    {
        for (var i = 0; i < 600; i++)
        {
            _rig.Register($"s{i}");
        }

        _rig.Now += 10_000;
        var views = _rig.Ask<DirectoryReply.Sessions>(new DirectoryCommand.ViewSessions([.. Enumerable.Range(0, 600).Select(i => $"s{i}")])).Views;
        Assert.All(views, view => Assert.False(view.IsAlive));
    }

    [Fact]
    public void Views_come_in_the_order_asked_for_and_who_is_not_registered_has_no_number()
    {
        _rig.Register("a");
        _rig.Register("b");
        Assert.Equal(
            [new SessionView("b", 2, true), new SessionView("x", 0, false), new SessionView("a", 1, true)],
            _rig.Ask<DirectoryReply.Sessions>(new DirectoryCommand.ViewSessions(["b", "x", "a"])).Views);
    }

    [Fact]
    public void A_new_interval_counts_from_when_it_was_set_and_survives()
    {
        _rig.Register("a");
        _rig.Now += 250;
        _rig.Look();
        Assert.Single(_rig.Posts);
        _rig.Decide(new DirectoryCommand.Configure("a", 1_000, Configuration("a")));
        Assert.Equal("a", Assert.Single(_rig.Posts).To);
        var at = _rig.Now;
        _rig.WakeWhenWanted();
        while (_rig.Posts.Count == 0)
        {
            _rig.WakeWhenWanted();
        }

        Assert.Equal((at + 2_000, "supervisor_status_request"), (_rig.Now, Assert.Single(_rig.Posts).Type));
        _rig.Restart();
        Assert.Equal(1_000, _rig.Get("a").Registration.HeartbeatIntervalMs);
    }

    [Fact]
    public void Settings_alone_change_nothing_in_the_record_and_do_not_bring_back_a_dead_one()
    {
        _rig.Register("a");
        _rig.Commit();
        _rig.Decide(new DirectoryCommand.Configure("a", null, Configuration("a")));
        Assert.True(_rig.State.Changes.IsEmpty);
        _rig.Now += 400;
        _rig.Decide(new DirectoryCommand.Configure("a", 60_000, Configuration("a")));
        Assert.Equal(Liveness.Dead, _rig.Get("a").Liveness);
        _rig.Refused(new DirectoryCommand.Configure("x", null, Configuration("x")), ErrorCode.DestinationNotFound);
    }

    [Fact]
    public void The_least_busy_of_those_who_live_and_have_the_trait_is_found()
    {
        _rig.Register("a", role: "runtime");
        _rig.Register("b", role: "runtime");
        _rig.Register("c", role: "analysis");
        _rig.Beat("a", load: 0.9);
        _rig.Beat("b", load: 0.1);
        Assert.Equal("b", _rig.Find("runtime"));
        Assert.Equal("a", _rig.Find("runtime", except: ["b"]));
        Assert.Equal("c", _rig.Find("analysis"));
        Assert.Null(_rig.Find("ga"));
        Assert.Null(_rig.Find("runtime", except: ["a", "b"]));
        _rig.Now += 200;
        Assert.Null(_rig.Find("runtime"));
    }

    private static byte[] Configuration(string to) => Messages.Of("meta_supervisor", "cfg", to, "supervisor_configuration", "{}");

    private sealed class Rig(DirectoryLimits limits) : MachineRig<DirectoryState, DirectoryCommand, DirectoryReply>
    {
        private int _sessions;

        protected override DirectoryCommand Wake => new DirectoryCommand.Wake();

        public RegisteredSupervisor Register(string id, long? intervalMs = 100, bool restart = false, string role = "runtime") =>
            Ask<DirectoryReply.Registered>(new DirectoryCommand.Register(
                id, new Registration("rt") { HeartbeatIntervalMs = intervalMs, Restart = restart, Roles = [role] }, $"s{++_sessions}")).Supervisor;

        public void Look() => Decide(Wake);

        public void Beat(string id, double? load = null) =>
            Ask<DirectoryReply.Found>(new DirectoryCommand.Beat(id, new Heartbeat { Load = load }));

        public RegisteredSupervisor Get(string id) => Ask<DirectoryReply.Found>(new DirectoryCommand.Get(id)).Supervisor;

        public SessionView View(string id) => Ask<DirectoryReply.Sessions>(new DirectoryCommand.ViewSessions([id])).Views[0];

        public string? Find(string role, string[]? except = null) =>
            (Decide(new DirectoryCommand.FindAble(new Traits([role], []), except ?? [])).Reply as DirectoryReply.Found)?.Supervisor.Id;

        protected override DirectoryState Create() => new(limits);

        protected override Step<DirectoryReply> Decide(DirectoryState state, DirectoryCommand command, DateTimeOffset now) =>
            DirectoryMachine.Decide(state, command, now);
    }
}
