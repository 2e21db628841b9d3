namespace Hms.Protocol.Catalogue;

/// <summary>The roles that section 3's direction columns speak of.</summary>
public static class Roles
{
    /// <summary>Every registered supervisor.</summary>
    public const string Any = "any";

    /// <summary>The Meta-Supervisor.</summary>
    public const string Meta = "meta";

    /// <summary>Runtime supervisors.</summary>
    public const string Runtime = "runtime";

    /// <summary>Analysis supervisors.</summary>
    public const string Analysis = "analysis";

    /// <summary>Supervisors that optimize by genetic algorithms.</summary>
    public const string Ga = "ga";
}
