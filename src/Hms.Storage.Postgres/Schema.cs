namespace Hms.Storage.Postgres;

/// <summary>The tables.</summary>
internal static class Schema
{
    /// <summary>Numbers of bodies in one block: what the sequence goes on by.</summary>
    public const long BodyBlock = 100_000_000;

    // Names of entities are ASCII (Names.IsName); what comes with a message may hold any character, also NUL, which a text here cannot hold.
    // Room is left in the pages of what is changed in place, so that no index has to follow.

    /// <summary>How they came to be, for <see cref="Migration"/>.</summary>
    public static readonly IReadOnlyList<string> Steps =
    [
        $"""
        CREATE TABLE fabric (id integer PRIMARY KEY CHECK (id = 1), decided_at_ms bigint NOT NULL);
        INSERT INTO fabric VALUES (1, 0);
        CREATE SEQUENCE body_block INCREMENT BY {BodyBlock} MINVALUE 1 START WITH 1 NO CYCLE;
        CREATE TABLE entity (
            no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
            version bigint NOT NULL, wake_ms bigint, header bytea, UNIQUE (kind, name)) WITH (fillfactor = 70);
        CREATE TABLE entity_row (
            entity bigint NOT NULL, key bytea NOT NULL, value bytea NOT NULL, PRIMARY KEY (entity, key)) WITH (fillfactor = 70);
        CREATE TABLE body (id bigint PRIMARY KEY, trace bytea, message bytea NOT NULL);
        """,
    ];
}
