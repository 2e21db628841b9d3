namespace Hms.Silo;

/// <summary>
/// What Microsoft.Orleans.Persistence.AdoNet asks of the database. A change is made only to the version that the grain has read, or where it has
/// read none, if there is none still; its answer is the new version, and no row where it was not made.
/// </summary>
internal static class StorageQueries
{
    // A key without a text is not one with an empty text. The hash tells apart keys that are the same in parts: the number 0 with "a" behind
    // it, and the text "a".
    private const string Text = "coalesce('+' || @GrainIdExtensionString, '')";
    private const string ThisGrain = $"""
        service = @ServiceId AND type = @GrainTypeString AND key_hash = @GrainIdHash AND key_0 = @GrainIdN0 AND key_1 = @GrainIdN1
            AND key_text = {Text}
        """;

    public static (string Key, string Text)[] All { get; } =
    [
        ("ReadFromStorageKey", $"""SELECT payload AS "PayloadBinary", version AS "Version" FROM grain_state WHERE {ThisGrain}"""),
        ("WriteToStorageKey", $"""
            WITH changed AS (
                UPDATE grain_state SET payload = @PayloadBinary, version = nextval('etag')
                WHERE {ThisGrain} AND version = @GrainStateVersion
                RETURNING version),
            added AS (
                INSERT INTO grain_state (service, type, key_hash, key_0, key_1, key_text, payload, version)
                SELECT @ServiceId, @GrainTypeString, @GrainIdHash, @GrainIdN0, @GrainIdN1, {Text}, @PayloadBinary, nextval('etag')
                WHERE @GrainStateVersion IS NULL
                ON CONFLICT (service, type, key_hash, key_0, key_1, key_text) DO NOTHING
                RETURNING version)
            SELECT version AS "NewGrainStateVersion" FROM changed UNION ALL SELECT version FROM added
            """),
        ("ClearStorageKey", $"""
            UPDATE grain_state SET payload = NULL, version = nextval('etag') WHERE {ThisGrain} AND version = @GrainStateVersion
            RETURNING version AS "NewGrainStateVersion"
            """),

        // Orleans takes an answer that is the version it knows for a refusal.
        ("DeleteStorageKey", $"""
            DELETE FROM grain_state WHERE {ThisGrain} AND version = @GrainStateVersion
            RETURNING nextval('etag') AS "NewGrainStateVersion"
            """),
    ];
}
