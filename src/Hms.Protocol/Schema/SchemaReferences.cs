using Hms.Protocol.Schema.Rules;

namespace Hms.Protocol.Schema;

/// <summary>The <c>$ref</c>s of a document, which can be followed only when all of it has been read.</summary>
internal sealed class SchemaReferences
{
    private readonly List<(RefRule Rule, string Target, string Pointer, SchemaResource From)> _open = [];

    public void Add(RefRule rule, string target, string pointer, SchemaResource from) => _open.Add((rule, target, pointer, from));

    public void Resolve(SchemaAddresses addresses, Action<string, string> report)
    {
        foreach (var (rule, target, pointer, from) in _open)
        {
            rule.Target = addresses.Find(target, from);
            if (rule.Target is null) report(pointer, "does not name a schema of this document");
        }
    }
}
