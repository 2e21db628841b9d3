using System.Text.Json;
using System.Text.Json.Nodes;
using Hms.Http.Requests;

namespace Hms.Http.OpenApi;

/// <summary>
/// The OpenAPI 3.1 description of everything that is mapped. It is put together from the files beside this one (a file per endpoint
/// group, and what they share) and the request schemas, so that what is shown is what is enforced.
/// </summary>
internal static class OpenApiDocument
{
    public static byte[] Build(string version)
    {
        const string frame = "openapi/document";
        var document = Read(frame);
        foreach (var part in Resources.Names("openapi/").Where(name => name != frame))
        {
            Merge(document, Read(part));
        }

        document["info"]!["version"] = version;
        foreach (var request in RequestSchema.All)
        {
            document["components"]!["schemas"]![request.Name] = JsonNode.Parse(request.Text);
        }

        return JsonSerializer.SerializeToUtf8Bytes((JsonNode)document);
    }

    private static JsonObject Read(string part) => JsonNode.Parse(Resources.Read(part))!.AsObject();

    private static void Merge(JsonObject whole, JsonObject part)
    {
        foreach (var (name, value) in part)
        {
            if (value is JsonObject inner && whole[name] is JsonObject outer)
            {
                Merge(outer, inner);
            }
            else
            {
                whole.Add(name, value?.DeepClone());
            }
        }
    }
}
