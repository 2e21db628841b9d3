namespace Hms.Simulation.Network;

/// <summary>A call under way.</summary>
internal interface ICall
{
    /// <summary>Says that no answer will come any more.</summary>
    void Lose();
}
