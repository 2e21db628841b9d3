using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Tests.Locks.Model;

namespace Hms.Domain.Tests.Locks;

/// <summary>
/// The machine against a model, over random runs with crashes. A failure shows the seed, for <c>Config.WithReplay</c>, and the smallest run
/// found as C# that can be put into a test.
/// </summary>
public sealed class LockModelTests
{
    [Fact]
    public void A_lock_does_what_the_model_does() =>
        Prop.ForAll(LockRuns.Arbitrary, LockModelRun.Check).Check(Config.QuickThrowOnFailure.WithMaxTest(800));
}
