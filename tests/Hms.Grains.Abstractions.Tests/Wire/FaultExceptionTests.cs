using Hms.Abstractions;
using Hms.Protocol;
using Orleans.Serialization.Invocation;
using ErrorCode = Hms.Protocol.ErrorCode;

namespace Hms.Grains.Tests.Wire;

/// <summary>A grain's "no" arrives as the fault that it was thrown with.</summary>
public sealed class FaultExceptionTests
{
    public static TheoryData<ErrorCode> Codes => [.. ErrorCodes.All];

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_fault_that_a_grain_throws_is_thrown_where_the_call_came_from(ErrorCode code)
    {
        var thrown = new FaultException(FullSamples.Fault with { Code = code });

        var caught = Assert.Throws<FaultException>(() => Silo.Cross(Response.FromException(thrown)).GetResult<bool>());

        Same.Check(thrown.Fault, caught.Fault);
        Assert.Equal(thrown.Message, caught.Message);
    }

    [Fact]
    public void What_brought_it_about_stays_in_the_log_of_its_silo()
    {
        var thrown = new FaultException(ErrorCode.Unavailable, "the store is away", new TimeoutException("10.0.0.7:5432"));

        var answer = Silo.Cross(Response.FromException(thrown));

        Assert.Null(Assert.IsType<FaultException>(answer.Exception).InnerException);
    }

    [Fact]
    public void Within_a_silo_it_is_the_same_exception()
    {
        var thrown = new FaultException(FullSamples.Fault);

        Assert.Same(thrown, Silo.Copy(Response.FromException(thrown)).Exception);
    }
}
