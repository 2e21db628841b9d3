using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Tests.Topics.Model;

namespace Hms.Domain.Tests.Topics;

/// <summary>
/// Topics, mailboxes and what goes between them, over random runs. A failure shows the seed, for <c>Config.WithReplay</c>, and the
/// smallest run found as C# that can be put into a test.
/// </summary>
public sealed class TopicModelTests
{
    [Fact]
    public void What_is_published_reaches_all_who_subscribe_once_whatever_fails() =>
        Prop.ForAll(TopicRuns.Arbitrary, TopicWorld.Check).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
