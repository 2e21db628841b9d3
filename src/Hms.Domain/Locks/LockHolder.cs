using Hms.Domain.Entities;

namespace Hms.Domain.Locks;

/// <summary>Who holds a lock.</summary>
internal sealed class LockHolder
{
    public required string Owner { get; init; }

    public required string? Instance { get; init; }

    /// <summary>The session that it holds the lock in; 0 where it has none.</summary>
    public required long Session { get; set; }

    public required long Token { get; init; }

    public required long ExpiresAt { get; set; }

    public required long DelayMs { get; set; }

    /// <summary>The ticket of a caller that has not yet fetched what it was granted; 0 where it has. In memory only.</summary>
    public ulong Ticket { get; set; }

    /// <summary>When it will not fetch it any more. In memory only.</summary>
    public long FetchedBy { get; init; }

    public void Write(RowWriter row) =>
        row.Text(Owner).Text(Instance ?? "").Number(Session).Number(Token).Number(ExpiresAt).Number(DelayMs);

    public static LockHolder Read(ref RowReader row) => new()
    {
        Owner = row.Text(),
        Instance = row.Text() is { Length: > 0 } instance ? instance : null,
        Session = row.Number(),
        Token = row.Number(),
        ExpiresAt = row.Number(),
        DelayMs = row.Number(),
    };
}
