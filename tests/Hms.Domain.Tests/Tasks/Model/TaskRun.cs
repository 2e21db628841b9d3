using FsCheck;
using FsCheck.Fluent;

namespace Hms.Domain.Tests.Tasks.Model;

/// <summary>What happens to a task in a random run.</summary>
internal enum TaskOp
{
    Accept,
    Report,
    Complete,
    Fail,
    Reject,
    ReportOfEarlierAttempt,
    ReportByAnother,
    Repeat,
    Cancel,
    DependencyCompletes,
    DependencyFails,
    AssigneeDies,
    EarlierSessionEnds,
    Search,
    SearchInVain,
    StaleSearch,
    TimePasses,
    Wake,
    Commit,
    Crash,
}

/// <summary>A whole run.</summary>
internal sealed record TaskRun(int Attempts, bool Reassign, bool HasTimeout, int Dependencies, bool CommitsEachStep, TaskOp[] Ops)
{
    public static Arbitrary<TaskRun> Arbitrary { get; } = Arb.From(
        from attempts in Gen.Choose(1, 4)
        from reassign in Gen.Elements(false, true)
        from timeout in Gen.Elements(false, true)
        from dependencies in Gen.Choose(0, 2)
        from commits in Gen.Elements(false, true)
        from length in Gen.Choose(1, 50)
        from ops in Gen.Frequency(
            (30, Gen.Elements(Enum.GetValues<TaskOp>())),
            (8, Gen.Constant(TaskOp.Search)),
            (4, Gen.Constant(TaskOp.DependencyCompletes)),
            (3, Gen.Constant(TaskOp.Fail))).ArrayOf(length)
        select new TaskRun(attempts, reassign, timeout, dependencies, commits, ops),
        Smaller);

    public override string ToString() =>
        $"\nnew TaskRun({Attempts}, {Reassign}, {HasTimeout}, {Dependencies}, {CommitsEachStep}, [{string.Join(", ", Ops.Select(op => $"TaskOp.{op}"))}])\n";

    private static IEnumerable<TaskRun> Smaller(TaskRun run)
    {
        for (var part = run.Ops.Length / 2; part > 0; part /= 2)
        {
            for (var from = 0; from + part <= run.Ops.Length; from += part)
            {
                yield return run with { Ops = [.. run.Ops[..from], .. run.Ops[(from + part)..]] };
            }
        }
    }
}
