using System.Buffers;
using System.Text.Json;

namespace Hms.Http.Writing;

/// <summary>
/// A buffer and a writer to build one answer in, used again by the next. It is rented: an answer may go on in another thread, while this
/// one begins the next.
/// </summary>
internal sealed class JsonScratch
{
    private const int KeptBytesMax = 64 * 1024;

    [ThreadStatic]
    private static JsonScratch? _spare;

    private JsonScratch()
    {
        Buffer = new ArrayBufferWriter<byte>(1_024);
        Json = new Utf8JsonWriter(Buffer, JsonText.Writing);
    }

    /// <summary>What was written.</summary>
    public ArrayBufferWriter<byte> Buffer { get; }

    /// <summary>Writes into <see cref="Buffer"/>.</summary>
    public Utf8JsonWriter Json { get; }

    /// <summary>Where pieces that stand elsewhere are put in between.</summary>
    public List<int> Cuts { get; } = [];

    public static JsonScratch Rent()
    {
        var scratch = _spare ?? new JsonScratch();
        _spare = null;
        return scratch;
    }

    public void Return()
    {
        if (Buffer.Capacity > KeptBytesMax)
        {
            return;
        }

        Buffer.ResetWrittenCount();
        Json.Reset();
        Cuts.Clear();
        _spare = this;
    }
}
