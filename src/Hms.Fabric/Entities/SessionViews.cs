using Hms.Domain.Entities;
using Hms.Protocol.Coordination;

namespace Hms.Fabric.Entities;

/// <summary>Looks at sessions in the directory, for entities that are about to rely on them.</summary>
internal static class SessionViews
{
    /// <summary>Whether a supervisor's session goes on.</summary>
    public static async ValueTask<SessionView> ViewSessionAsync(
        this IEntities entities, string supervisor, CancellationToken cancellationToken = default) =>
        (await entities.Directory(Partition.NumberOf(supervisor)).ViewSessionsAsync([supervisor], cancellationToken))[0];

    /// <summary>Whether the sessions of supervisors go on, in no particular order.</summary>
    public static async ValueTask<IReadOnlyList<SessionView>> ViewSessionsAsync(
        this IEntities entities, IEnumerable<string> supervisors, CancellationToken cancellationToken = default)
    {
        var views = new List<SessionView>();
        foreach (var part in supervisors.Distinct(StringComparer.Ordinal).GroupBy(Partition.NumberOf))
        {
            views.AddRange(await entities.Directory(part.Key).ViewSessionsAsync([.. part], cancellationToken));
        }

        return views;
    }
}
