namespace Hms.Protocol.Coordination;

/// <summary>What a supervisor is good for.</summary>
/// <param name="Roles">Its roles.</param>
/// <param name="Capabilities">Its capabilities.</param>
public sealed record Traits(IReadOnlyList<string> Roles, IReadOnlyList<string> Capabilities)
{
    /// <summary>Nothing.</summary>
    public static Traits None { get; } = new([], []);

    /// <summary>Whether it has a role or a capability in common with another.</summary>
    public bool Meets(Traits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Roles.Intersect(other.Roles, StringComparer.Ordinal).Any() || Capabilities.Intersect(other.Capabilities, StringComparer.Ordinal).Any();
    }
}
