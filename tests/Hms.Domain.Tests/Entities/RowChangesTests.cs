using Hms.Domain.Entities;

namespace Hms.Domain.Tests.Entities;

public sealed class RowChangesTests
{
    private static readonly MessageBody Body = new("{}"u8.ToArray(), null);
    private readonly RowChanges _changes = new();

    [Fact]
    public void A_row_touched_twice_is_written_once()
    {
        _changes.Touch(RowKey.Of('s', 1));
        _changes.Touch(RowKey.Of('s', 1));
        Assert.Equal([RowKey.Of('s', 1)], _changes.Rows);
        Assert.False(_changes.IsEmpty);
    }

    [Fact]
    public void A_body_that_goes_before_it_was_stored_never_reaches_the_store()
    {
        _changes.AddBody(7, Body);
        _changes.DeleteBody(7);
        Assert.Empty(_changes.Bodies);
        Assert.Empty(_changes.DeletedBodies);
        Assert.Equal([7], _changes.UnstoredBodies);
    }

    [Fact]
    public void A_body_that_goes_after_it_was_stored_is_deleted()
    {
        _changes.AddBody(7, Body);
        _changes.Clear();
        _changes.DeleteBody(7);
        Assert.Equal([7], _changes.DeletedBodies);
        Assert.Empty(_changes.UnstoredBodies);
    }

    [Fact]
    public void Nothing_is_left_after_it_was_taken_over()
    {
        _changes.Touch(RowKey.Of('h'));
        _changes.AddBody(1, Body);
        _changes.DeleteBody(1);
        _changes.DeleteBody(2);
        _changes.Clear();
        Assert.True(_changes.IsEmpty);
        Assert.Empty(_changes.UnstoredBodies);
    }
}
