using Hms.Protocol.Catalogue;

namespace Hms.Domain.Catalogue;

/// <summary>What can be asked of the catalogue of custom message types.</summary>
public abstract record CatalogueCommand
{
    private CatalogueCommand()
    {
    }

    /// <summary>Adds or replaces a type whose schema has been compiled, and so is understood.</summary>
    public sealed record Put(MessageTypeDefinition Definition) : CatalogueCommand;

    /// <summary>Asks for all custom types.</summary>
    public sealed record List : CatalogueCommand;

    /// <summary>Something is due.</summary>
    public sealed record Wake : CatalogueCommand;
}

/// <summary>What the catalogue answers.</summary>
public abstract record CatalogueReply
{
    private CatalogueReply()
    {
    }

    /// <summary>The type is there.</summary>
    /// <param name="Created">Whether it is new.</param>
    public sealed record Stored(bool Created) : CatalogueReply;

    /// <summary>The custom types.</summary>
    public sealed record Listed(IReadOnlyList<MessageTypeDefinition> Types) : CatalogueReply;
}

/// <summary>What the catalogue may hold.</summary>
public sealed record CatalogueLimits
{
    /// <summary>Custom types before another is refused with <c>rate_limited</c>. Default 10,000.</summary>
    public int TypesMax { get; init; } = 10_000;
}
