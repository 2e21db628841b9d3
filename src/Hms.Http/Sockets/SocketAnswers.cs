using Hms.Http.Guarding;
using Hms.Http.Sockets.Framing;

namespace Hms.Http.Sockets;

/// <summary>Says on one socket what became of what was asked. Nothing here waits for the client.</summary>
internal sealed class SocketAnswers(FrameOutput output, Failures failures, HttpContext context)
{
    public FrameOutput Output => output;

    public void Accept(long seq) => output.Append(seq, AnswerJson.WriteAccepted);

    /// <summary>Says that something was refused; counts and logs it as over HTTP.</summary>
    public void Refuse(long? seq, Fault fault)
    {
        Note(fault);
        Say(seq, fault);
    }

    /// <summary>Says that something went wrong.</summary>
    public void Refuse(long? seq, Exception exception) => Say(seq, FaultOf(exception));

    /// <summary>Says what has been counted already.</summary>
    public void Say(long? seq, Fault fault) =>
        output.Append((seq, fault), static (to, error) => AnswerJson.WriteError(to, error.seq, error.fault));

    /// <summary>Counts and logs a refusal that is said in another way.</summary>
    public void Note(Fault fault) => failures.Note(context, fault);

    /// <summary>What to say of an exception, which is counted and logged with that.</summary>
    public Fault FaultOf(Exception exception) => failures.Note(context, exception);
}
