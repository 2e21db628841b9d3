using Hms.Protocol;

namespace Hms.Abstractions;

/// <summary>Carries a <see cref="Protocol.Fault"/> to whoever asked.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="innerException">What brought it about, for the log only.</param>
public sealed class FaultException(Fault fault, Exception? innerException = null)
    : Exception(fault?.Message, innerException)
{
    /// <summary>A fault with a code and a sentence.</summary>
    public FaultException(ErrorCode code, string message, Exception? innerException = null)
        : this(new Fault(code, message), innerException)
    {
    }

    /// <summary>What is wrong.</summary>
    public Fault Fault { get; } = fault ?? throw new ArgumentNullException(nameof(fault));
}
