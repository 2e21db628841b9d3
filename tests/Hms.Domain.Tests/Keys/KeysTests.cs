using Hms.Domain.Coordination;
using Hms.Domain.Entities;
using Hms.Domain.Keys;
using Hms.Domain.Mailboxes;
using Hms.Domain.Tests.Coordination;
using Hms.Protocol;

namespace Hms.Domain.Tests.Keys;

public sealed class KeysTests
{
    private readonly Rig _rig = new();

    [Fact]
    public void A_key_stands_for_the_name_that_it_came_with_first_also_after_a_restart()
    {
        Assert.Equal("t1", _rig.Claim("k", "t1"));
        Assert.Equal("t1", _rig.Claim("k", "t2"));
        _rig.Restart();
        Assert.Equal("t1", _rig.Claim("k", "t3"));
        Assert.Equal("t4", _rig.Claim("other", "t4"));
    }

    [Fact]
    public void A_key_that_was_used_for_something_else_is_a_conflict()
    {
        _rig.Claim("k", "t1");
        _rig.Refused(new KeysCommand.Claim(Fingerprint.OfIdempotencyKey("boss", "k"), "t2", 2), ErrorCode.Conflict);
    }

    [Fact]
    public void A_key_is_known_for_ten_minutes_and_leaves_no_row()
    {
        _rig.Claim("k", "t1");
        _rig.Now += 599_999;
        Assert.Equal("t1", _rig.Claim("k", "t2"));
        _rig.Now += 1;
        Assert.Equal("t2", _rig.Claim("k", "t2"));
        _rig.Commit();
        Assert.Equal(1, _rig.Store.RowCount);
    }

    private sealed class Rig : MachineRig<KeysState, KeysCommand, KeysReply>
    {
        protected override KeysCommand Wake => new KeysCommand.Wake();

        public string Claim(string key, string name) =>
            Ask<KeysReply>(new KeysCommand.Claim(Fingerprint.OfIdempotencyKey("boss", key), name, 1)).Name;

        protected override KeysState Create() => new(new CoordinationLimits());

        protected override Step<KeysReply> Decide(KeysState state, KeysCommand command, DateTimeOffset now) =>
            KeysMachine.Decide(state, command, now);
    }
}
