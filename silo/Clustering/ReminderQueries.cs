namespace Hms.Silo;

/// <summary>
/// What Microsoft.Orleans.Reminders.AdoNet asks of the database. Hashes are the bits of unsigned numbers, compared as signed ones.
/// </summary>
internal static class ReminderQueries
{
    private const string Reminders = """
        SELECT grain AS "GrainId", name AS "ReminderName", start_at AS "StartTime", period_ms AS "Period", version AS "Version"
        FROM reminder WHERE service = @ServiceId
        """;

    private const string ThisReminder = "grain = @GrainId AND name = @ReminderName";

    public static (string Key, string Text)[] All { get; } =
    [
        ("ReadReminderRowsKey", $"{Reminders} AND grain = @GrainId"),
        ("ReadReminderRowKey", $"{Reminders} AND {ThisReminder}"),

        // A range begins behind its first hash and ends with its last; the second form goes round the end of the numbers, or all the way.
        ("ReadRangeRows1Key", $"{Reminders} AND grain_hash > @BeginHash AND grain_hash <= @EndHash"),
        ("ReadRangeRows2Key", $"{Reminders} AND (grain_hash > @BeginHash OR grain_hash <= @EndHash)"),
        ("UpsertReminderRowKey", """
            INSERT INTO reminder (service, grain, name, grain_hash, start_at, period_ms, version)
            VALUES (@ServiceId, @GrainId, @ReminderName, @GrainHash, @StartTime, @Period, nextval('etag'))
            ON CONFLICT (service, grain, name) DO UPDATE SET grain_hash = excluded.grain_hash, start_at = excluded.start_at,
                period_ms = excluded.period_ms, version = excluded.version
            RETURNING version AS "Version"
            """),
        ("DeleteReminderRowKey", $"""
            WITH gone AS (DELETE FROM reminder WHERE service = @ServiceId AND {ThisReminder} AND version = @Version RETURNING version)
            SELECT EXISTS (SELECT FROM gone)
            """),
        ("DeleteReminderRowsKey", "DELETE FROM reminder WHERE service = @ServiceId"),
    ];
}
