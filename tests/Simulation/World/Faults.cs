namespace Hms.Simulation.World;

/// <summary>
/// What goes wrong in a run, and how often. Each run draws its own mixture, in which most kinds are absent, so that each kind is seen
/// alone and with each other. All is well once it has been healed.
/// </summary>
internal sealed class Faults
{
    /// <summary>Processes: one has every entity; of two each has some.</summary>
    public required int Machines { get; init; }

    /// <summary>A commit does not take place, and says so.</summary>
    public double CommitFails { get; private set; }

    /// <summary>A commit takes place, and says that it did not.</summary>
    public double CommitIsDoubtful { get; private set; }

    /// <summary>A commit says that it did not take place, and then does: by a store on another machine only.</summary>
    public double CommitComesLate { get; private set; }

    /// <summary>The process dies between the moment when a commit took place and the moment when it hears of it.</summary>
    public double CrashAtCommit { get; private set; }

    /// <summary>A message between client and node, or between nodes, is lost on its way.</summary>
    public double LosesRequest { get; private set; }

    /// <summary>An answer is lost on its way.</summary>
    public double LosesAnswer { get; private set; }

    /// <summary>What an entity says to another arrives once more, perhaps much later.</summary>
    public double Repeats { get; private set; }

    /// <summary>A client gives up waiting.</summary>
    public double ClientGivesUp { get; private set; }

    /// <summary>The longest way of a message, or of a commit to the disk.</summary>
    public TimeSpan SlowestWay { get; private set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Mean time between crashes; zero where there are none.</summary>
    public TimeSpan CrashEvery { get; private set; }

    /// <summary>Mean time between times in which the store is away; zero where it never is.</summary>
    public TimeSpan AwayEvery { get; private set; }

    /// <summary>Mean time between splits, in which each node takes itself for the only one; zero where there are none.</summary>
    public TimeSpan SplitEvery { get; private set; }

    /// <summary>How likely the world stands still for a while at a step.</summary>
    public double Pauses { get; private set; }

    /// <summary>Whether wall clocks are set to another time now and then.</summary>
    public bool WallClocksJump { get; private set; }

    public static Faults Draw(Dice dice)
    {
        var faults = new Faults { Machines = dice.Chance(0.5) ? 2 : 1 };
        if (dice.Chance(0.1))
        {
            return faults;
        }

        faults.CommitFails = Some(0.03);
        faults.CommitIsDoubtful = Some(0.03);
        faults.CommitComesLate = faults.Machines > 1 ? Some(0.03) : 0;
        faults.CrashAtCommit = Some(0.01);
        faults.LosesRequest = Some(0.03);
        faults.LosesAnswer = Some(0.03);
        faults.Repeats = Some(0.2);
        faults.ClientGivesUp = Some(0.05);
        faults.Pauses = Some(0.002);
        faults.WallClocksJump = dice.Chance(0.3);
        faults.SlowestWay = dice.Chance(0.3) ? TimeSpan.FromSeconds(5) : faults.SlowestWay;
        faults.CrashEvery = Every(15);
        faults.AwayEvery = Every(20);
        faults.SplitEvery = faults.Machines > 1 ? Every(15) : TimeSpan.Zero;
        return faults;

        double Some(double most) => dice.Chance(0.4) ? most * dice.Between(1, 10) / 10 : 0;

        TimeSpan Every(int seconds) => dice.Chance(0.4) ? TimeSpan.FromSeconds(dice.Between(2, seconds)) : TimeSpan.Zero;
    }

    public void Heal()
    {
        CommitFails = CommitIsDoubtful = CommitComesLate = CrashAtCommit = 0;
        LosesRequest = LosesAnswer = Repeats = ClientGivesUp = Pauses = 0;
        CrashEvery = AwayEvery = SplitEvery = TimeSpan.Zero;
        SlowestWay = TimeSpan.FromMilliseconds(20);
        WallClocksJump = false;
    }
}
