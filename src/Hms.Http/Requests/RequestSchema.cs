using System.Text.Json;
using Hms.Protocol.Catalogue;
using Hms.Protocol.Schema;

namespace Hms.Http.Requests;

/// <summary>
/// The JSON Schema (2020-12) of one request body, out of the file of its name, or that of the message which says the same. It is what is
/// enforced, and the OpenAPI document shows the same text. Members that it does not name are allowed, for clients may be newer than we are.
/// </summary>
internal sealed class RequestSchema
{
    private readonly JsonSchema _compiled;

    private RequestSchema(string name, bool mayBeAbsent = false)
        : this(name, Resources.Read($"requests/{name}"), mayBeAbsent)
    {
    }

    private RequestSchema(string name, byte[] text, bool mayBeAbsent)
    {
        Name = name;
        MayBeAbsent = mayBeAbsent;
        Text = text;
        _compiled = JsonSchema.Compile(Text);
    }

    public static RequestSchema Ack { get; } = new("AckRequest");

    public static RequestSchema Nack { get; } = new("NackRequest");

    public static RequestSchema Extend { get; } = new("ExtendRequest");

    public static RequestSchema Redrive { get; } = new("RedriveRequest", mayBeAbsent: true);

    public static RequestSchema Subscription { get; } = new("SubscriptionRequest", mayBeAbsent: true);

    public static RequestSchema Registration { get; } = OfMessage("RegistrationRequest", "supervisor_registration");

    public static RequestSchema Heartbeat { get; } = OfMessage("HeartbeatRequest", "supervisor_heartbeat", mayBeAbsent: true);

    public static RequestSchema MessageType { get; } = new("MessageTypeRequest");

    /// <summary>Every schema.</summary>
    public static IReadOnlyList<RequestSchema> All { get; } =
        [Ack, Nack, Extend, Redrive, Subscription, Registration, Heartbeat, MessageType];

    /// <summary>Its name in the OpenAPI document.</summary>
    public string Name { get; }

    /// <summary>Whether no body is the same as <c>{}</c>.</summary>
    public bool MayBeAbsent { get; }

    /// <summary>The schema as UTF-8 JSON.</summary>
    public byte[] Text { get; }

    /// <summary>Whether a body keeps to the schema; notes every problem where not.</summary>
    public bool Validate(JsonElement body, List<Problem> problems) => _compiled.Validate(body, problems);

    /// <summary>The schema of a message's content, where the body says what the message would.</summary>
    private static RequestSchema OfMessage(string name, string messageType, bool mayBeAbsent = false) =>
        new(name, BuiltInTypes.ByName[messageType].Schema.ToArray(), mayBeAbsent);
}
