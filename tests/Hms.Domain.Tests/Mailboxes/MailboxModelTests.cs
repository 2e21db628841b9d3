using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Tests.Mailboxes.Model;

namespace Hms.Domain.Tests.Mailboxes;

/// <summary>
/// The machine against a model, over random runs. A failure shows the seed, for <c>Config.WithReplay</c>, and the smallest run found as
/// C# that can be put into a test.
/// </summary>
public sealed class MailboxModelTests
{
    [Fact]
    public void A_mailbox_does_what_the_model_does() =>
        Prop.ForAll(Runs.Arbitrary, ModelRun.Check).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
}
