using System.Diagnostics;
using Hms.Domain.Entities;

namespace Hms.Domain.Catalogue;

/// <summary>Decides which custom message types there are (section 12.2). No clock, no I/O, no async.</summary>
public static class CatalogueMachine
{
    /// <summary>Decides one command.</summary>
    public static Step<CatalogueReply> Decide(CatalogueState state, CatalogueCommand command, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        return command switch
        {
            CatalogueCommand.Put c => state.Put(c),
            CatalogueCommand.List or CatalogueCommand.Wake => state.List(),
            _ => throw new UnreachableException(),
        };
    }
}
