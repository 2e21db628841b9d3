using Hms.Domain.Entities;
using Hms.Fabric.Storage;

namespace Hms.Fabric.Tests.Storage;

public sealed class BodyCacheTests
{
    private static readonly MessageBody TenBytes = new(new byte[10], null);

    [Fact]
    public void Body_that_is_not_stored_stays_however_little_room_there_is()
    {
        var bodies = new BodyCache(bytesMax: 0);
        bodies.Add(1, TenBytes);
        bodies.Add(2, TenBytes);

        bodies.Stored([2]);

        Assert.True(bodies.TryGet(1, out _));
        Assert.False(bodies.TryGet(2, out _));
    }

    [Fact]
    public void Oldest_stored_bodies_go_when_there_is_no_room()
    {
        var bodies = new BodyCache(bytesMax: 30);
        for (var id = 1; id <= 5; id++)
        {
            bodies.Add(id, TenBytes);
            bodies.Stored([id]);
        }

        Assert.Equal([3, 4, 5], Enumerable.Range(1, 5).Where(id => bodies.TryGet(id, out _)));
    }

    [Fact]
    public void Removed_bodies_make_room()
    {
        var bodies = new BodyCache(bytesMax: 30);
        for (var id = 1; id <= 1_000; id++)
        {
            bodies.Add(id, TenBytes);
            bodies.Stored([id]);
            bodies.Remove([id], stored: true);
        }

        for (var id = 2_001; id <= 2_003; id++)
        {
            bodies.Add(id, TenBytes);
            bodies.Stored([id]);
        }

        Assert.Equal(3, bodies.Count);
    }

    [Fact]
    public void One_body_that_stays_does_not_keep_the_numbers_of_all_that_went()
    {
        var bodies = new BodyCache();
        bodies.Add(0, TenBytes);
        bodies.Stored([0]);
        for (var id = 1; id <= 100_000; id++)
        {
            bodies.Add(id, TenBytes);
            bodies.Stored([id]);
            bodies.Remove([id], stored: true);
        }

        Assert.Equal(1, bodies.Count);
        Assert.True(bodies.Remembered < 2_000);
    }
}
