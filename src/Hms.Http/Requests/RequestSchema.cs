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

    private RequestSchema(string name, bool mayBeAbsent = false, int depthMax = JsonText.DepthMax)
        : this(name, Resources.Read($"requests/{name}"), mayBeAbsent, depthMax)
    {
    }

    private RequestSchema(string name, byte[] text, bool mayBeAbsent, int depthMax)
    {
        Name = name;
        MayBeAbsent = mayBeAbsent;
        DepthMax = depthMax;
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

    public static RequestSchema Configuration { get; } =
        OfMessage("ConfigurationRequest", "supervisor_configuration", depthMax: JsonText.DepthMax - 1);

    public static RequestSchema MessageType { get; } = new("MessageTypeRequest");

    public static RequestSchema Task { get; } = new("TaskRequest", depthMax: JsonText.DepthMax - 1);

    public static RequestSchema Cancellation { get; } = new("CancellationRequest", mayBeAbsent: true);

    public static RequestSchema Acquire { get; } = new("AcquireRequest");

    public static RequestSchema Renew { get; } = new("RenewRequest");

    public static RequestSchema Release { get; } = new("ReleaseRequest");

    public static RequestSchema Check { get; } = new("CheckRequest");

    public static RequestSchema Barrier { get; } = new("BarrierRequest");

    public static RequestSchema Arrival { get; } = new("ArrivalRequest");

    /// <summary>Every schema.</summary>
    public static IReadOnlyList<RequestSchema> All { get; } =
    [
        Ack, Nack, Extend, Redrive, Subscription, Registration, Heartbeat, Configuration, MessageType,
        Task, Cancellation, Acquire, Renew, Release, Check, Barrier, Arrival,
    ];

    /// <summary>Its name in the OpenAPI document.</summary>
    public string Name { get; }

    /// <summary>Whether no body is the same as <c>{}</c>.</summary>
    public bool MayBeAbsent { get; }

    /// <summary>Levels of nesting; one less than a message may have where the body becomes the content of one.</summary>
    public int DepthMax { get; }

    /// <summary>The schema as UTF-8 JSON.</summary>
    public byte[] Text { get; }

    /// <summary>Whether a body keeps to the schema; notes every problem where not.</summary>
    public bool Validate(JsonElement body, List<Problem> problems) => _compiled.Validate(body, problems);

    /// <summary>The schema of a message's content, where the body says what the message would.</summary>
    private static RequestSchema OfMessage(
        string name, string messageType, bool mayBeAbsent = false, int depthMax = JsonText.DepthMax) =>
        new(name, BuiltInTypes.ByName[messageType].Schema.ToArray(), mayBeAbsent, depthMax);
}
