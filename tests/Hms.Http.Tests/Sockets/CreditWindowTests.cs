using Hms.Http.Sockets;
using Hms.Tests;

namespace Hms.Http.Tests.Sockets;

public sealed class CreditWindowTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();
    private readonly CreditWindow _window;

    public CreditWindowTests() => _window = new CreditWindow(_time);

    [Fact]
    public void Nothing_fits_before_credit_is_granted()
    {
        Assert.Equal(0, _window.Look().Room);
        Assert.Equal(0, _window.Add(Deliveries("a"), Lease));
        Assert.Empty(_window.Receipts());
    }

    [Fact]
    public void Room_is_credit_less_what_is_out()
    {
        Grant(3);
        Assert.Equal(2, _window.Add(Deliveries("a", "b"), Lease));
        Assert.Equal(1, _window.Look().Room);
        Assert.Equal(1, _window.Add(Deliveries("c", "d"), Lease));
        Assert.Equal(["a", "b", "c"], _window.Receipts());
        Grant(1);
        Assert.Equal(-2, _window.Look().Room);
        Assert.Equal(0, _window.Add(Deliveries("e"), Lease));
    }

    [Fact]
    public void Change_is_told_to_who_waits_for_room()
    {
        Grant(1);
        Assert.True(_window.Look().Changed.IsCompleted);
        _window.Add(Deliveries("a"), Lease);
        var changed = _window.Look().Changed;
        _window.Free(["foreign"]);
        Assert.False(changed.IsCompleted);
        _window.Free(["a"]);
        Assert.True(changed.IsCompletedSuccessfully);

        _window.Add(Deliveries("b"), Lease);
        changed = _window.Look().Changed;
        Grant(2);
        Assert.True(changed.IsCompletedSuccessfully);
    }

    [Fact]
    public void Lease_that_has_ended_takes_no_room()
    {
        Grant(2);
        _window.Add(Deliveries("a"), Lease);
        _time.Advance(TimeSpan.FromSeconds(10));
        _window.Add(Deliveries("b"), Lease);
        Assert.Equal(TimeSpan.FromSeconds(20), _window.Look().Lapse);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal((1, TimeSpan.FromSeconds(10)), (_window.Look().Room, _window.Look().Lapse));
        Assert.Equal(["b"], _window.Receipts());
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((2, null), (_window.Look().Room, _window.Look().Lapse));
    }

    [Fact]
    public void Extension_counts_from_when_it_is_certain_but_never_ends_a_lease_before()
    {
        Grant(1);
        _window.Add(Deliveries("a"), Lease);
        _window.Extend(["a", "foreign"], TimeSpan.FromSeconds(1), isCertain: false);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, _window.Look().Room);
        var changed = _window.Look().Changed;
        _window.Extend(["a", "foreign"], TimeSpan.FromSeconds(1), isCertain: true);
        Assert.True(changed.IsCompleted);
        Assert.Equal(TimeSpan.FromSeconds(1), _window.Look().Lapse);
        _window.Extend(["a"], TimeSpan.FromSeconds(60), isCertain: false);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(["a"], _window.Receipts());
        Assert.Equal(0, _window.Look().Room);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _window.Look().Room);
    }

    [Fact]
    public void Ack_that_failed_takes_its_room_again()
    {
        Grant(2);
        _window.Add(Deliveries("a", "b"), Lease);
        var ours = new List<string>();
        _window.Free(["foreign", "a"], ours);
        Assert.Equal(["a"], ours);
        _window.Restore(ours);
        Assert.Equal(0, _window.Look().Room);
        Assert.Equal(["a", "b"], _window.Empty().Order());
        Assert.Empty(_window.Empty());
    }

    private static Delivery[] Deliveries(params string[] receipts) =>
        [.. receipts.Select(receipt => new Delivery(receipt, 1, 1, default, null, null, default))];

    private void Grant(int credit) => _window.Grant(new CreditTerms(credit, 1, Lease));
}
