namespace Hms.Protocol.Coordination;

/// <summary>
/// What the directory said of a supervisor's session a moment ago. A machine that is about to rely on a supervisor is told it with the
/// command, since it can ask nobody.
/// </summary>
/// <param name="Supervisor">Who.</param>
/// <param name="Number">The number of the session; a later session of the same supervisor has a higher one. 0 where it was never registered.</param>
/// <param name="IsAlive">Whether the session goes on.</param>
public readonly record struct SessionView(string Supervisor, long Number, bool IsAlive)
{
    /// <summary>Whether this says that a session with that number goes on.</summary>
    public bool Confirms(string supervisor, long number) => IsAlive && Number == number && Supervisor == supervisor;
}
