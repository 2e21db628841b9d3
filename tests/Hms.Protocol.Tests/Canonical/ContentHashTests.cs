using System.Text.Json;
using Hms.Protocol.Canonical;
using Hms.Protocol.Tests.Schema;

namespace Hms.Protocol.Tests.Canonical;

public sealed class ContentHashTests
{
    // The SHA-256 of {}.
    private const string OfEmptyObject = "sha-256:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o";

    [Fact]
    public void A_hash_is_written_as_base64url_without_padding() => Assert.Equal(OfEmptyObject, Compute("{ }").ToString());

    [Fact]
    public void The_hash_in_the_accepted_vector_is_right()
    {
        var message = Vectors.ReadJson("accept", "envelope.content_hash.json");

        Assert.Equal(Vectors.Text(message, "content_hash"), Compute(message.GetProperty("content").GetRawText()).ToString());
    }

    [Fact]
    public void A_hash_is_read_back_as_it_was_written()
    {
        Assert.True(ContentHash.TryParse(OfEmptyObject, out var hash));
        Assert.Equal(OfEmptyObject, hash.ToString());
        Assert.True(hash.Equals(Compute("{}")));
        Assert.Equal(hash.GetHashCode(), Compute("{}").GetHashCode());
    }

    [Fact]
    public void Hashes_of_different_contents_differ()
    {
        Assert.False(Compute("{}").Equals(Compute("[]")));
        Assert.False(Compute("{}").Equals(null));
        Assert.False(Compute("{}").Equals((object)OfEmptyObject));
        Assert.True(Compute("""{"b":1,"a":2.0}""").Equals((object)Compute("""{ "a":2,"b":1 }""")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha-256:")]
    [InlineData("RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o")]
    [InlineData("SHA-256:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o")]
    [InlineData("sha-512:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o")]
    [InlineData("sha-256:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o=")]
    [InlineData("sha-256:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o")]
    [InlineData("sha-256:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4p")]
    [InlineData("sha-256:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4")]
    [InlineData("sha-256:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4oA")]
    [InlineData("sha-256:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4 o")]
    [InlineData("sha-256: RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o")]
    [InlineData("sha-256:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_é4o")]
    [InlineData("sha-256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")]
    public void Any_other_spelling_is_no_hash(string text) => Assert.False(ContentHash.TryParse(text, out _));

    [Fact]
    public void A_content_without_canonical_form_has_no_hash()
    {
        Assert.False(ContentHash.TryCompute(Checks.Json("[1e400]"), out _, out var fault));
        Assert.Equal(ErrorCode.MessageFormat, fault.Code);
    }

    private static ContentHash Compute(string text) =>
        ContentHash.TryCompute(Checks.Json(text), out var hash, out var fault) ? hash : throw new InvalidOperationException(fault.Message);
}
