using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.Sessions;

/// <summary>
/// Decides who is told that a supervisor's session has ended: the one root of everything that depends on its life. No clock, no I/O, no async.
/// </summary>
public static class SessionMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<SessionReply> Decide(SessionState state, SessionCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(command);
        return command switch
        {
            SessionCommand.Attach c => state.Attach(c),
            SessionCommand.Detach c => state.Detach(c),
            SessionCommand.End c => state.End(c),
            SessionCommand.Wake => Step<SessionReply>.Of(SessionReply.Done, Rest.Memory),
            _ => throw new UnreachableException(),
        };
    }
}
