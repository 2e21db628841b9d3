using Hms.Protocol;
using Hms.Protocol.Catalogue;

namespace Hms.Abstractions;

/// <summary>The message types that are known: the built-in ones of section 3, and custom ones (section 12.2).</summary>
public interface IMessageTypes
{
    /// <summary>Every type, by name.</summary>
    ValueTask<IReadOnlyList<MessageTypeDefinition>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>One type.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.DestinationNotFound"/> where there is none of that name.</exception>
    ValueTask<MessageTypeDefinition> GetAsync(string type, CancellationToken cancellationToken = default);

    /// <summary>Adds or replaces a custom type. Returns whether it is new.</summary>
    /// <exception cref="FaultException"><see cref="ErrorCode.Validation"/> with every problem of the schema; <see cref="ErrorCode.Conflict"/>
    /// for a built-in type.</exception>
    ValueTask<bool> PutAsync(MessageTypeDefinition definition, CancellationToken cancellationToken = default);
}
