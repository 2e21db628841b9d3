namespace Hms.Http.Tests.Sockets;

/// <summary>
/// A connection on which everything that is read is there at once, and every write waits until a test lets it go: so a test knows when
/// nothing more will happen.
/// </summary>
internal sealed class ScriptedStream(ReadOnlyMemory<byte> input, bool endsAfter) : Stream
{
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _released = new(0);
    private ReadOnlyMemory<byte> _left = input;

    public int Left => _left.Length;

    public long Written { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Waits until somebody writes.</summary>
    public Task<bool> WriteAsync() => _arrived.WaitAsync(TestFront.Patience);

    /// <summary>Lets writes go.</summary>
    public void Release(int writes = 1) => _released.Release(writes);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left.IsEmpty && !endsAfter)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        var read = Math.Min(buffer.Length, _left.Length);
        _left[..read].CopyTo(buffer);
        _left = _left[read..];
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _arrived.Release();
        await _released.WaitAsync(cancellationToken);
        Written += buffer.Length;
    }

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _arrived.Dispose();
        _released.Dispose();
        base.Dispose(disposing);
    }
}
