using System.Text.Json;
using Hms.Protocol.Catalogue;

namespace Hms.Protocol.Tests;

/// <summary>The golden messages of spec/vectors, which every language's reader must agree on.</summary>
public sealed class VectorTests
{
    private static readonly MessageValidator Validator = new(new MessageTypeSet());

    public static TheoryData<string> Accepted => Vectors.Names("accept");

    public static TheoryData<string> Rejected => Vectors.Names("reject");

    [Theory]
    [MemberData(nameof(Accepted))]
    public void An_accepted_message_is_read_and_its_bytes_are_kept(string name)
    {
        var bytes = Vectors.Read("accept", name);

        Assert.True(Validator.TryRead(bytes, out var envelope, out var fault), fault?.Message);
        using (envelope)
        {
            Assert.Equal(bytes, envelope.Bytes.ToArray());
            using var json = JsonDocument.Parse(bytes, JsonText.Reading);
            Assert.Equal(json.RootElement.GetProperty("id").GetString(), envelope.Id);
        }
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    public void A_rejected_message_is_refused_with_its_code_and_every_problem(string name)
    {
        var vector = Vectors.ReadJson("reject", name);

        Assert.False(Validator.TryRead(Vectors.Raw(vector, "message"), out _, out var fault));
        Vectors.AssertRefusal(vector, fault);
    }
}
