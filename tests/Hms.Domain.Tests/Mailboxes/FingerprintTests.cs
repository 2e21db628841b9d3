using Hms.Domain.Mailboxes;

namespace Hms.Domain.Tests.Mailboxes;

public sealed class FingerprintTests
{
    [Fact]
    public void Source_and_id_do_not_run_into_each_other() =>
        Assert.NotEqual(Fingerprint.OfId("ab", "c"), Fingerprint.OfId("a", "bc"));

    [Fact]
    public void The_longest_names_and_ids_are_taken()
    {
        var id = string.Concat(Enumerable.Repeat("\U0001F600", 256));
        Assert.Equal(Fingerprint.OfId(new string('s', 256), id), Fingerprint.OfId(new string('s', 256), id));
        Assert.NotEqual(Fingerprint.OfId("s", id), Fingerprint.OfId("s", id[2..]));
    }

    [Fact]
    public void Stored_fingerprints_never_change()
    {
        Assert.Equal(new Fingerprint(0x211192748ec1e27d, 0x9094327d), Fingerprint.OfId("analysis", "a"));
        Assert.Equal(1UL, Fingerprint.OfReply("analysis", "a") & 1);
        Assert.NotEqual(Fingerprint.OfReply("analysis", "a"), Fingerprint.OfRequest("analysis", "a"));
    }
}
