using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Hms.Protocol.Canonical;

namespace Hms.Protocol.Tests.Canonical;

/// <summary>The canonical forms of spec/vectors, on which every language must agree to the byte.</summary>
public sealed class CanonicalVectorTests
{
    private const string Folder = "canonical", Table = "numbers.json";

    public static TheoryData<string> Forms =>
        [.. Vectors.Names(Folder).Select(row => row.Data).Where(name => name != Table && !name.StartsWith("refused.", StringComparison.Ordinal))];

    public static TheoryData<string> Refused => Vectors.Names(Folder, "refused.");

    public static TheoryData<string, string?> Numbers
    {
        get
        {
            var table = Vectors.ReadJson(Folder, Table);
            var rows = new TheoryData<string, string?>();
            foreach (var row in table.GetProperty("rfc8785").EnumerateArray().Concat(table.GetProperty("further").EnumerateArray()))
            {
                rows.Add(Vectors.Text(row, "ieee_754"), row.GetProperty("text").GetString());
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_value_has_its_canonical_form_and_that_form_is_its_own(string name)
    {
        var vector = Vectors.ReadJson(Folder, name);
        var canonical = Vectors.Raw(vector, "canonical");

        Assert.Equal(Vectors.Text(vector, "canonical"), Encoding.UTF8.GetString(Canonical(Vectors.Raw(vector, "json"))));
        Assert.Equal(canonical, Canonical(canonical));
        if (vector.TryGetProperty("canonical_hex", out var hex))
        {
            Assert.Equal(hex.GetString(), Convert.ToHexStringLower(canonical));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_way_to_ask_gives_the_same_form(string name)
    {
        var vector = Vectors.ReadJson(Folder, name);
        var text = Vectors.Raw(vector, "json");
        using var document = JsonDocument.Parse(text, JsonText.Reading);
        var (fromText, fromValue) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());

        Assert.True(CanonicalJson.TryWrite(text, fromText, out _));
        Assert.True(CanonicalJson.TryWrite(document.RootElement, fromValue, out _));
        Assert.True(CanonicalJson.TryGet(document.RootElement, out var gotten, out _));
        Assert.Equal(Canonical(text), fromText.WrittenSpan.ToArray());
        Assert.Equal(gotten, fromText.WrittenSpan.ToArray());
        Assert.Equal(gotten, fromValue.WrittenSpan.ToArray());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_content_has_its_hash(string name)
    {
        var vector = Vectors.ReadJson(Folder, name);
        using var document = JsonDocument.Parse(Vectors.Raw(vector, "json"), JsonText.Reading);

        Assert.True(ContentHash.TryCompute(document.RootElement, out var hash, out _));
        Assert.Equal(Vectors.Text(vector, "content_hash"), hash.ToString());
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_has_no_canonical_form_is_refused_and_nothing_is_written(string name)
    {
        var text = Vectors.Raw(Vectors.ReadJson(Folder, name), "json");
        var to = new ArrayBufferWriter<byte>();

        Assert.False(CanonicalJson.TryGet(text, out _, out var fault));
        Assert.False(CanonicalJson.TryWrite(text, to, out _));
        Assert.Equal(ErrorCode.MessageFormat, fault.Code);
        Assert.Equal(0, to.WrittenCount);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_has_the_text_that_ECMAScript_gives_it(string ieee754, string? expected)
    {
        var number = BitConverter.UInt64BitsToDouble(ulong.Parse(ieee754, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        if (expected is null)
        {
            Assert.False(double.IsFinite(number));
            return;
        }

        // 17 digits tell every double from every other.
        var text = number.ToString("E16", CultureInfo.InvariantCulture);
        Assert.Equal(expected, Encoding.UTF8.GetString(Canonical(Encoding.UTF8.GetBytes(text))));
    }

    private static byte[] Canonical(byte[] text) =>
        CanonicalJson.TryGet(text, out var canonical, out var fault) ? canonical : throw new InvalidOperationException(fault.Message);
}
