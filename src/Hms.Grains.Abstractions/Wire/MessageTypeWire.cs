using Hms.Protocol.Catalogue;
using Orleans.Serialization.Cloning;

namespace Hms.Grains.Wire;

[GenerateSerializer, Alias("hms.wire.MessageTypeDefinition"), Immutable]
internal struct MessageTypeDefinitionSurrogate
{
    [Id(0)] public string Type;
    [Id(1)] public string Category;
    [Id(2)] public string Description;
    [Id(3)] public string[]? SenderRoles;
    [Id(4)] public string[]? ReceiverRoles;
    [Id(5)] public string? ResponseType;
    [Id(6)] public ReadOnlyMemory<byte> Schema;
}

[RegisterConverter, RegisterCopier]
internal sealed class MessageTypeDefinitionConverter
    : ShallowCopier<MessageTypeDefinition>, IConverter<MessageTypeDefinition, MessageTypeDefinitionSurrogate>
{
    public MessageTypeDefinition ConvertFromSurrogate(in MessageTypeDefinitionSurrogate surrogate) => new(
        surrogate.Type,
        surrogate.Category,
        surrogate.Description,
        surrogate.SenderRoles ?? [],
        surrogate.ReceiverRoles ?? [],
        surrogate.ResponseType,
        surrogate.Schema);

    public MessageTypeDefinitionSurrogate ConvertToSurrogate(in MessageTypeDefinition value) => new()
    {
        Type = value.Type,
        Category = value.Category,
        Description = value.Description,
        SenderRoles = Lists.Pack(value.SenderRoles),
        ReceiverRoles = Lists.Pack(value.ReceiverRoles),
        ResponseType = value.ResponseType,
        Schema = value.Schema,
    };
}
