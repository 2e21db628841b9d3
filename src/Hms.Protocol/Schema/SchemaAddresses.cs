namespace Hms.Protocol.Schema;

/// <summary>
/// A schema that has a URI of its own (<c>$id</c>), or the document: what relative references beside and below it start from.
/// </summary>
/// <param name="Base">The URI, without a fragment.</param>
/// <param name="Pointer">Where the schema stands in its document.</param>
internal sealed record SchemaResource(Uri Base, string Pointer);

/// <summary>Every way to name a schema of one document: JSON Pointer, <c>$anchor</c>, <c>$id</c> (draft 2020-12, section 8.2).</summary>
internal sealed class SchemaAddresses
{
    /// <summary>A document without an <c>$id</c> has this base, which no reference from outside can name.</summary>
    public static readonly SchemaResource Root = new(new Uri("hms-schema://document/"), "");

    private readonly Dictionary<string, Subschema> _pointers = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Pointer, string Anchor), Subschema> _anchors = [];
    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal) { [Root.Base.AbsoluteUri] = Root };

    /// <summary>The resource that an <c>$id</c> makes; null where it is not a URI reference without a fragment.</summary>
    public static SchemaResource? Resource(string id, string pointer, SchemaResource outer)
    {
        var uri = id.EndsWith('#') ? id[..^1] : id;
        if (uri.Contains('#', StringComparison.Ordinal)) return null;
        return Uri.TryCreate(outer.Base, uri, out var absolute) ? new SchemaResource(absolute, pointer) : null;
    }

    public void AddPointer(string pointer, Subschema schema) => _pointers.Add(pointer, schema);

    public bool AddAnchor(SchemaResource resource, string anchor, Subschema schema) => _anchors.TryAdd((resource.Pointer, anchor), schema);

    public bool AddResource(SchemaResource resource) => _resources.TryAdd(resource.Base.AbsoluteUri, resource);

    /// <summary>The schema that a reference names, or null.</summary>
    public Subschema? Find(string reference, SchemaResource from)
    {
        var mark = reference.IndexOf('#', StringComparison.Ordinal);
        var uri = mark < 0 ? reference : reference[..mark];
        var fragment = mark < 0 ? "" : Uri.UnescapeDataString(reference[(mark + 1)..]);
        var resource = from;
        if (uri.Length > 0
            && !(Uri.TryCreate(from.Base, uri, out var absolute) && _resources.TryGetValue(absolute.AbsoluteUri, out resource)))
        {
            return null;
        }

        return fragment.Length == 0 || fragment[0] == '/'
            ? _pointers.GetValueOrDefault(resource.Pointer + fragment)
            : _anchors.GetValueOrDefault((resource.Pointer, fragment));
    }
}
