using Hms.Fabric.Storage;
using Hms.Simulation.World;

namespace Hms.Simulation.Storage;

/// <summary>
/// Commits that were collected together, on their way to the disk and back: they take place at one step and are heard of at others, and
/// on either way something may happen.
/// </summary>
internal sealed class Transaction(
    SimWorld world, SimNode node, List<(ICommitSource Source, EntityCommit Commit)> commits, Action ended)
{
    private static readonly StoreException Failure = new("the commit failed");
    private bool _arrived;
    private bool _dropped;
    private int _untold = commits.Count;

    public void Begin() => world.Scheduler.After(world.Network.Way(), world.Context, "a commit arrives", Arrive);

    /// <summary>The node died. Whether what was on its way still takes place, and when, nobody can say.</summary>
    public void Die()
    {
        if (!_arrived)
        {
            _dropped = world.Faults.Machines == 1 || world.Dice.Chance(0.5);
            if (_dropped && world.Dice.Chance(0.5))
            {
                // A store in the process itself is done with it before the process can be there again.
                Apply(isLate: false);
            }
        }
    }

    private void Arrive()
    {
        if (_dropped)
        {
            return;
        }

        _arrived = true;
        if (world.Store.IsAway || world.Dice.Chance(world.Faults.CommitFails))
        {
            TellAll(Failure);
        }
        else if (world.Dice.Chance(world.Faults.CommitComesLate))
        {
            world.Scheduler.After(world.Dice.Delay(world.Faults.SlowestWay), world.Context, "a commit comes late", () => Apply(isLate: true));
            TellAll(Failure);
        }
        else
        {
            var mismatches = Apply(isLate: !node.Context.IsAlive);
            if (world.Dice.Chance(world.Faults.CommitIsDoubtful))
            {
                TellAll(Failure);
                return;
            }

            for (var i = 0; i < commits.Count; i++)
            {
                Tell(commits[i].Source, mismatches[i]);
            }
        }
    }

    private StoreException?[] Apply(bool isLate)
    {
        world.LateCommitAt = isLate ? world.Scheduler.Now : world.LateCommitAt;
        var mismatches = commits.ConvertAll(one => world.Store.Apply(one.Commit)).ToArray();
        for (var i = 0; i < mismatches.Length; i++)
        {
            var (key, version) = (commits[i].Commit.Key, commits[i].Commit.ExpectedVersion);
            world.Scheduler.Note("store", mismatches[i] is null ? $"{key} is at version {version + 1}" : $"{key} is not at version {version}");
        }

        world.ApplyEnded(node);
        return mismatches;
    }

    private void TellAll(StoreException failure) => commits.ForEach(one => Tell(one.Source, failure));

    private void Tell(ICommitSource source, StoreException? failure) => world.Scheduler.After(
        world.Network.Way(),
        node.Context,
        failure is null ? "a commit is durable" : "a commit failed",
        () =>
        {
            if (source.Complete(failure) is { } next)
            {
                world.Scheduler.Add(node.Context, "is durable", next.Execute);
            }

            if (--_untold == 0)
            {
                ended();
            }
        });
}
