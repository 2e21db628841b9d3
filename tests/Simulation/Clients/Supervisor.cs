using Hms.Abstractions;
using Hms.Protocol;
using Hms.Simulation.Checks;
using Hms.Simulation.World;

namespace Hms.Simulation.Clients;

/// <summary>A supervisor's program: what it asks of the fabric is noted and checked.</summary>
internal sealed partial class Supervisor
{
    private readonly SimWorld _world;
    private readonly Arrivals _arrivals;

    // Something that ends a session was asked and not answered: it may be done at any time.
    private bool _sessionMayEnd;

    public Supervisor(SimWorld world, string name)
    {
        _world = world;
        Client = new SimClient(world, name);
        Inbox = world.Ledger.InboxOf(name);
        _arrivals = new Arrivals(world, Inbox);
    }

    public string Name => Client.Name;

    /// <summary>What it says of itself when it registers.</summary>
    public Registration Registration { get; init; } = new("simulated");

    /// <summary>How often it gives a sign of life; null where it never does, and never dies.</summary>
    public TimeSpan? Interval => Registration.HeartbeatIntervalMs is { } interval ? TimeSpan.FromMilliseconds(interval) : null;

    public SimClient Client { get; }

    public Inbox Inbox { get; }

    /// <summary>The session that it was told last; null where a later change may have begun another.</summary>
    public string? Session { get; private set; }

    private Dice Dice => _world.Dice;

    private long Step => _world.Scheduler.Step;

    /// <summary>Registers, until it is done.</summary>
    public async Task RegisterAsync(bool restart = false)
    {
        var everybody = Inbox.InterestIn(Names.Everybody);
        everybody.Tried = Math.Min(everybody.Tried, Step);
        var before = Session;
        Session = null;
        var (begun, step) = (_world.Scheduler.Now, Step);
        var answer = await Client.AskUntilKnownAsync(
            restart ? "restart" : "register",
            (fabric, stopped) => fabric.Supervisors.RegisterAsync(Name, Registration with { Restart = restart }, stopped));
        if (!answer.IsDone)
        {
            _world.Fail($"{Name} could not register: {answer}");
            return;
        }

        var session = answer.Value.Record.Session;
        if (before is not null && (before == session) == restart)
        {
            _world.Fail($"{Name} has the session {session}, and had {before}; restarted: {restart}");
        }

        _sessionMayEnd |= restart && answer.Tries > 1;
        Session = _sessionMayEnd || Interval is not null ? null : session;
        _world.Ledger.Lives.NoteSign(Name, session, begun, Interval);
        _world.Ledger.Lives.NoteRegistered(Name, session, step);
        NoteRegistered();
    }

    /// <summary>Registers by a message to the Meta-Supervisor, until it is done.</summary>
    public async Task RegisterByMessageAsync()
    {
        var everybody = Inbox.InterestIn(Names.Everybody);
        everybody.Tried = Math.Min(everybody.Tried, Step);
        var message = Message(new Destination(DestinationKind.Fabric, Names.MetaSupervisor), "supervisor_registration", """{"supervisor_type":"simulated"}""");
        if ((await SendUntilKnownAsync(message)).IsDone)
        {
            NoteRegistered();
        }
    }

    /// <summary>Ends the registration, once.</summary>
    public async Task DeregisterAsync()
    {
        Inbox.Leaving = Math.Min(Inbox.Leaving, Step);
        Session = null;
        foreach (var interest in Inbox.Interests.Values)
        {
            interest.Shaken = Math.Min(interest.Shaken, Step);
        }

        var answer = await Client.AskAsync("deregister", async (fabric, stopped) =>
        {
            await fabric.Supervisors.DeregisterAsync(Name, stopped);
            return true;
        });
        _sessionMayEnd |= answer.IsUnknown;
    }

    /// <summary>Subscribes to a topic or a pattern, until it is done or refused.</summary>
    public async Task SubscribeAsync(string topic)
    {
        var interest = Inbox.InterestIn(topic);
        interest.Tried = Math.Min(interest.Tried, Step);
        var answer = await Client.AskUntilKnownAsync(
            $"subscribe {topic}", (fabric, stopped) => fabric.Topics.SubscribeAsync(topic, Name, SubscriptionStart.New, stopped));
        if (answer.IsDone)
        {
            interest.Since = Math.Min(interest.Since, Step);
        }
    }

    /// <summary>Ends a subscription, once.</summary>
    public async Task UnsubscribeAsync(string topic)
    {
        foreach (var interest in Inbox.Interests.Values)
        {
            // Another interest may go on hearing the topic, but from when on is the topic's matter.
            interest.Shaken = Math.Min(interest.Shaken, Step);
        }

        await Client.AskAsync($"unsubscribe {topic}", async (fabric, stopped) =>
        {
            await fabric.Topics.UnsubscribeAsync(topic, Name, stopped);
            return true;
        });
    }

    private void NoteRegistered()
    {
        Inbox.Registered = Math.Min(Inbox.Registered, Step);
        var everybody = Inbox.InterestIn(Names.Everybody);
        everybody.Since = Math.Min(everybody.Since, Step);
    }
}
