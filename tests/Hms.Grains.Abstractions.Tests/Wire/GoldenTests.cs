using Hms.Abstractions;

namespace Hms.Grains.Tests.Wire;

/// <summary>
/// Bytes that silos of earlier versions write and read. When one of these tests breaks, an id or a name has changed, and a cluster could
/// not be upgraded while it runs: put it back, and leave the bytes here alone. A new member adds its own bytes before the <c>E0</c> that ends the
/// value, and changes no other.
/// </summary>
public sealed class GoldenTests
{
    private static readonly Dictionary<string, (object Value, string Hex)> Golden = new()
    {
        [nameof(EnqueueRequest)] = (FullSamples.Enqueue, """
            3001A6E51A5C25686D732E456E71756575655265717565737440337B226964223A226D2D31222C22636F6E74656E74223A7B7D7D410B6C65
            78657241076D2D314107632D3141076B2D31811032547698BADCFE010D0104A60E0105416F30302D30616637363531393136636434336464
            383434386562323131633830333139632D623761643662373136393230333333312D3031E0
            """),
        [nameof(Delivery)] = (FullSamples.Delivery, """
            3001E442A23619686D732E44656C69766572794007722D3101A9010D2180208BD0865D49DF088100D088C310000000E0411D6275696C6473
            2E6E696768746C79416F30302D31616637363531393136636434336464383434386562323131633830333139632D62376164366237313639
            3230333333312D303141357B226964223A226D2D32222C22636F6E74656E74223A5B315D7DE0
            """),
        [nameof(Protocol.Fault)] = (FullSamples.Fault, """
            30013EA166DF13686D732E4661756C740005412B74776F206D656D62657273206172652077726F6E672100052140072F6964411169732065
            6D707479E02040092F74746C41176973206E65676174697665E0E041237B227461736B5F6964223A22742D31227D41076D2D3381C0E1E400
            00000000E0
            """),
        [nameof(FaultException)] = (new FaultException(FullSamples.Fault), """
            300131BDFC2425686D732E4661756C74457863657074696F6E200005412B74776F206D656D62657273206172652077726F6E672100052140
            072F69644111697320656D707479E02040092F74746C41176973206E65676174697665E0E041237B227461736B5F6964223A22742D31227D
            41076D2D3381C0E1E40000000000E0E0
            """),
        [nameof(Protocol.Coordination.LockBid)] = (FullSamples.Bid, """
            3001B9825EBD17686D732E4C6F636B426964400F6275696C64657201045307410D7069642D313701D207E0
            """),
        [nameof(Protocol.Coordination.LockAnswer)] = (FullSamples.Answer, """
            300198FD27B41D686D732E4C6F636B416E73776572000301252180208BD0865D49DF088100D088C310000000E0410D746573746572011101
            03E0
            """),
        [nameof(OutboxDelivery)] = (FullSamples.Outbox, """
            300106E671C125686D732E4F7574626F7844656C697665727940117461736B3A742D31016A0241090100FF80E0
            """),
    };

    public static TheoryData<string> Types => [.. Golden.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_value_is_written_as_ever(string type) =>
        Assert.Equal(Hex(type), Convert.ToHexString(Silo.Current.Serializer.SerializeToArray(Golden[type].Value)));

    [Theory]
    [MemberData(nameof(Types))]
    public void What_was_written_before_can_be_read(string type) =>
        Same.Check(Golden[type].Value, Silo.Current.Serializer.Deserialize<object>(Convert.FromHexString(Hex(type))));

    private static string Hex(string type) => Golden[type].Hex.ReplaceLineEndings("");
}
