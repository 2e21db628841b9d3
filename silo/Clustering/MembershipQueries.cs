namespace Hms.Silo;

/// <summary>
/// What Microsoft.Orleans.Clustering.AdoNet asks of the database. Every change of who is a member moves on the version of its cluster, in the
/// same statement and only from the version that the silo has read; the row of the cluster is what those who change at once wait for. The
/// answer to a change is one column: whether it was made.
/// </summary>
internal static class MembershipQueries
{
    // Of Orleans.Runtime.SiloStatus; as a number since Orleans stores it so.
    private const string Dead = "6";

    private const string ThisSilo =
        "silo.deployment = @DeploymentId AND silo.address = @Address AND silo.port = @Port AND silo.generation = @Generation";

    // A cluster without members is one row, whose members are null.
    private const string Members = """
        SELECT silo.address AS "Address", silo.port AS "Port", silo.generation AS "Generation", silo.name AS "SiloName", silo.host AS "HostName",
            silo.status AS "Status", silo.proxy_port AS "ProxyPort", silo.suspect_times AS "SuspectTimes", silo.started_at AS "StartTime",
            silo.alive_at AS "IAmAliveTime", cluster.version AS "Version"
        FROM cluster LEFT JOIN silo ON silo.deployment = cluster.deployment
        """;

    public static (string Key, string Text)[] All { get; } =
    [
        ("GatewaysQueryKey", """
            SELECT address AS "Address", proxy_port AS "ProxyPort", generation AS "Generation"
            FROM silo WHERE deployment = @DeploymentId AND status = @Status AND proxy_port > 0
            """),
        ("MembershipReadAllKey", $"{Members} WHERE cluster.deployment = @DeploymentId"),
        ("MembershipReadRowKey", $"{Members} AND {ThisSilo} WHERE cluster.deployment = @DeploymentId"),
        ("InsertMembershipVersionKey", """
            WITH made AS (
                INSERT INTO cluster (deployment, version) VALUES (@DeploymentId, 0) ON CONFLICT (deployment) DO NOTHING RETURNING deployment)
            SELECT EXISTS (SELECT FROM made)
            """),
        ("InsertMembershipKey", $"""
            WITH moved AS (
                UPDATE cluster SET version = version + 1
                WHERE deployment = @DeploymentId AND version = @Version AND NOT EXISTS (SELECT FROM silo WHERE {ThisSilo})
                RETURNING deployment),
            added AS (
                INSERT INTO silo (deployment, address, port, generation, name, host, status, proxy_port, started_at, alive_at)
                SELECT deployment, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM moved
                RETURNING port)
            SELECT EXISTS (SELECT FROM added)
            """),
        ("UpdateMembershipKey", $"""
            WITH moved AS (
                UPDATE cluster SET version = version + 1
                WHERE deployment = @DeploymentId AND version = @Version AND EXISTS (SELECT FROM silo WHERE {ThisSilo})
                RETURNING deployment),
            changed AS (
                UPDATE silo SET status = @Status, suspect_times = @SuspectTimes, alive_at = @IAmAliveTime
                FROM moved WHERE {ThisSilo}
                RETURNING silo.port)
            SELECT EXISTS (SELECT FROM changed)
            """),
        ("UpdateIAmAlivetimeKey", $"UPDATE silo SET alive_at = @IAmAliveTime WHERE {ThisSilo}"),

        // Orleans picks those that are to go, and one that was heard of since then stays. Providers that do not know this ask the second.
        ("CleanupDefunctSiloEntryKey", $"""
            DELETE FROM silo WHERE {ThisSilo} AND status = {Dead} AND started_at = @StartTime AND alive_at = @IAmAliveTime
                AND coalesce(suspect_times, '') = coalesce(@SuspectTimes, '')
            """),
        ("CleanupDefunctSiloEntriesKey", $"""
            DELETE FROM silo WHERE deployment = @DeploymentId AND status = {Dead} AND started_at < @IAmAliveTime AND alive_at < @IAmAliveTime
                AND coalesce(suspect_times, '') = ''
            """),
        ("DeleteMembershipTableEntriesKey", "DELETE FROM cluster WHERE deployment = @DeploymentId"),
    ];
}
