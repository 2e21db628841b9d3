using System.Diagnostics;
using System.Runtime.InteropServices;
using Hms.Bench.Load;

namespace Hms.Bench.Limits;

/// <summary>What one durable write costs on this disk, whoever makes it: 4 KiB over existing bytes, then <c>fdatasync</c>.</summary>
internal sealed partial class DiskLimit : IDisposable
{
    private const int PageSize = 4096;
    private const int Pages = 4096;
    private readonly FileStream file;
    private readonly byte[] page = new byte[PageSize];
    private long next;

    /// <param name="path">A new file; it is written in full first, so that a sync has no metadata to write.</param>
    public DiskLimit(string path)
    {
        file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        for (var i = 0; i < Pages; i++)
            file.Write(page);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Writes and syncs <paramref name="times"/> times, one after the other.</summary>
    public RoundFigure Measure(int times)
    {
        var latency = new Histogram();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            page[0]++;
            RandomAccess.Write(file.SafeFileHandle, page, next++ % Pages * PageSize);
            if (SyncData((int)file.SafeFileHandle.DangerousGetHandle()) != 0)
                throw new IOException($"fdatasync failed with {Marshal.GetLastPInvokeError()}.");
            latency.Record(Stopwatch.GetElapsedTime(start).Ticks * TimeSpan.NanosecondsPerTick);
        }
        return new RoundFigure(times / Stopwatch.GetElapsedTime(began).TotalSeconds, latency);
    }

    public void Dispose() => file.Dispose();

    // RandomAccess.FlushToDisk is an fsync: it also writes the file's times, which SQLite's commit does not.
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(int file);
}
