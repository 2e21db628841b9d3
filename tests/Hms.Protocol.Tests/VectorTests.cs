using System.Text.Json;
using Hms.Protocol.Catalogue;

namespace Hms.Protocol.Tests;

/// <summary>The golden messages of spec/vectors, which every language's reader must agree on.</summary>
public sealed class VectorTests
{
    private static readonly string Vectors = Path.Combine(AppContext.BaseDirectory, "spec", "vectors");
    private static readonly MessageValidator Validator = new(new MessageTypeSet());

    public static TheoryData<string> Accepted => Names("accept");

    public static TheoryData<string> Rejected => Names("reject");

    [Theory]
    [MemberData(nameof(Accepted))]
    public void An_accepted_message_is_read_and_its_bytes_are_kept(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Vectors, "accept", name));

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
        using var vector = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Vectors, "reject", name)));
        var root = vector.RootElement;
        var bytes = root.TryGetProperty("message_base64", out var base64)
            ? base64.GetBytesFromBase64()
            : System.Text.Encoding.UTF8.GetBytes(root.GetProperty("message").GetString()!);

        Assert.False(Validator.TryRead(bytes, out _, out var fault));
        Assert.Equal(root.GetProperty("error_code").GetString(), fault.Code.WireName());
        Assert.Equal(
            root.GetProperty("paths").EnumerateArray().Select(path => path.GetString()!).Order(StringComparer.Ordinal),
            fault.Problems.Select(problem => problem.Path).Distinct().Order(StringComparer.Ordinal));
    }

    private static TheoryData<string> Names(string folder) =>
        [.. Directory.GetFiles(Path.Combine(Vectors, folder)).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];
}
