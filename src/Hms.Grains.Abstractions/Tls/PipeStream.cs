using System.Buffers;
using System.IO.Pipelines;

namespace Hms.Grains.Tls;

/// <summary>
/// The connection below TLS as a stream. What is written is sent at once; a read that is cancelled by who closes the connection finds its end.
/// </summary>
internal sealed class PipeStream(IDuplexPipe pipe) : Stream
{
    // Told once, by the read that was cancelled, which may have been one for nothing.
    private bool _isClosing;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_isClosing)
        {
            // An empty buffer waits until there is something.
            var result = await pipe.Input.ReadAsync(cancellationToken);
            _isClosing = result.IsCanceled;
            var part = result.Buffer.Slice(0, _isClosing ? 0 : Math.Min(result.Buffer.Length, buffer.Length));
            part.CopyTo(buffer.Span);
            var (copied, isDone) = ((int)part.Length, result.IsCompleted || !result.Buffer.IsEmpty);
            pipe.Input.AdvanceTo(part.End);
            if (isDone)
            {
                return copied;
            }
        }

        return 0;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await pipe.Output.WriteAsync(buffer, cancellationToken);
        if (result.IsCanceled || result.IsCompleted)
        {
            throw new IOException("the connection is being closed");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // A writer that ends with something left writes it so.
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await pipe.Input.CompleteAsync();
        await pipe.Output.CompleteAsync();
        await base.DisposeAsync();
    }
}
