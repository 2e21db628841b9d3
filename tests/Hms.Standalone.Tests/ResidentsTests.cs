using Hms.Fabric;
using Hms.Fabric.Entities;
using Hms.Tests;

namespace Hms.Standalone.Tests;

public sealed class ResidentsTests
{
    private readonly ManualTime _time = new();
    private readonly Residents<Idler> _residents;

    public ResidentsTests() => _residents = new Residents<Idler>(new FabricClock(_time), TimeSpan.FromSeconds(10), name => new Idler(name));

    /// <summary>
    /// However long a call takes to get to the entity's own lock, as when the machine slept meanwhile: else the next one finds another object,
    /// which does not hear of what this call decides.
    /// </summary>
    [Fact]
    public void One_that_is_being_called_stays_whatever_the_clock_says()
    {
        var use = _residents.Use("a");
        _time.Advance(TimeSpan.FromHours(2));
        _residents.Sweep();
        using (var other = _residents.Use("a"))
        {
            Assert.Same(use.Entity, other.Entity);
        }

        use.Dispose();
        _time.Advance(TimeSpan.FromHours(2));
        _residents.Sweep();

        Assert.Equal(0, _residents.Count);
        using var later = _residents.Use("a");
        Assert.NotSame(use.Entity, later.Entity);
    }

    private sealed class Idler(string name) : IResident
    {
        public string Name => name;

        public bool IsKnown => true;

        public Task WakeAsync() => Task.CompletedTask;

        public bool TryPassivate() => true;
    }
}
