namespace Hms.Http.Metering;

/// <summary>
/// The series of one instrument by their tags. Finding one takes no lock and no memory; adding one does, once. The same tags in another
/// order are the same series.
/// </summary>
/// <param name="seriesMax">Most sets of tags; there is no series for a further one.</param>
/// <param name="bounds">The upper bounds of the buckets, for a histogram.</param>
internal sealed class SeriesTable(int seriesMax, double[] bounds)
{
    private const int Chains = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private Entry?[] _chains = new Entry?[Chains];
    private int _entries;

    /// <summary>The series of these tags; null where there are too many already.</summary>
    public Series? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = HashOf(tags);
        var chains = Volatile.Read(ref _chains);
        for (var entry = Volatile.Read(ref chains[hash % Chains]); entry is not null; entry = entry.Next)
        {
            if (entry.Hash == hash && entry.Holds(tags))
            {
                return entry.Series;
            }
        }

        return Add(hash, tags);
    }

    /// <summary>Every series, by its labels.</summary>
    public IReadOnlyList<Series> All()
    {
        lock (_lock)
        {
            return [.. _byLabels.Values.OrderBy(series => series.Labels, StringComparer.Ordinal)];
        }
    }

    /// <summary>Forgets every series: an observable instrument tells all it has anew.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            Volatile.Write(ref _chains, new Entry?[Chains]);
            _byLabels.Clear();
            _entries = 0;
        }
    }

    private static uint HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = default(HashCode);
        foreach (var tag in tags)
        {
            hash.Add(tag.Key);
            hash.Add(tag.Value);
        }

        return (uint)hash.ToHashCode();
    }

    private Series? Add(uint hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            // Each order of the same tags is an entry of its own, so these are what is counted.
            if (_entries >= seriesMax)
            {
                return null;
            }

            var labels = PrometheusText.Labels(tags);
            if (!_byLabels.TryGetValue(labels, out var series))
            {
                series = new Series(labels, bounds);
                _byLabels.Add(labels, series);
            }

            ref var chain = ref _chains[hash % Chains];
            Volatile.Write(ref chain, new Entry(hash, tags.ToArray(), series, chain));
            _entries++;
            return series;
        }
    }

    private sealed class Entry(uint hash, KeyValuePair<string, object?>[] tags, Series series, Entry? next)
    {
        public uint Hash => hash;

        public Series Series => series;

        public Entry? Next => next;

        public bool Holds(ReadOnlySpan<KeyValuePair<string, object?>> others)
        {
            if (others.Length != tags.Length)
            {
                return false;
            }

            for (var i = 0; i < tags.Length; i++)
            {
                if (tags[i].Key != others[i].Key || !Equals(tags[i].Value, others[i].Value))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
