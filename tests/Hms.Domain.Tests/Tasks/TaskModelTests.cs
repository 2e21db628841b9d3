using FsCheck;
using FsCheck.Fluent;
using Hms.Domain.Tests.Tasks.Model;

namespace Hms.Domain.Tests.Tasks;

/// <summary>
/// The machine against a model, over random runs with crashes. A failure shows the seed, for <c>Config.WithReplay</c>, and the smallest run
/// found as C# that can be put into a test.
/// </summary>
public sealed class TaskModelTests
{
    [Fact]
    public void A_task_does_what_the_model_does_and_ends_once() =>
        Prop.ForAll(TaskRun.Arbitrary, TaskModelRun.Check).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
}
