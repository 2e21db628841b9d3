using Hms.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Serializers;
using Orleans.Serialization.TypeSystem;

namespace Hms.Grains.Tests.Wire;

/// <summary>What a silo reads, writes and copies with.</summary>
internal sealed class Silo
{
    private readonly ServiceProvider _services;

    /// <param name="configure">How its types differ from those of <see cref="Current"/>.</param>
    public Silo(Action<TypeManifestOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSerializer(serializers =>
        {
            serializers.AddAssembly(System.Reflection.Assembly.Load("Hms.Grains.Abstractions"));
            if (configure is not null)
            {
                serializers.Configure(configure);
            }
        });
        _services = services.BuildServiceProvider();
    }

    /// <summary>A silo of this version.</summary>
    public static Silo Current { get; } = new();

    public Serializer Serializer => _services.GetRequiredService<Serializer>();


    public CodecProvider Codecs => _services.GetRequiredService<CodecProvider>();

    public TypeConverter Types => _services.GetRequiredService<TypeConverter>();

    public TypeManifestOptions Manifest => _services.GetRequiredService<IOptions<TypeManifestOptions>>().Value;

    /// <summary>The types of ours that have a converter; a generic one as its definition.</summary>
    public IEnumerable<Type> Carried => Manifest.Converters
        .SelectMany(converter => converter.GetInterfaces())
        .Where(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IConverter<,>))
        .Select(face => face.GenericTypeArguments[0])
        .Where(type => type.Assembly == typeof(IFabric).Assembly || type.Assembly == typeof(Protocol.Fault).Assembly)
        .Select(type => type.IsGenericType ? type.GetGenericTypeDefinition() : type);

    /// <summary>Sends a value to a silo of the same version.</summary>
    public static T Cross<T>(T value) => Current.Serializer.Deserialize<T>(Current.Serializer.SerializeToArray(value))!;

    /// <summary>Hands a value over within a silo.</summary>
    public static T Copy<T>(T value) => Current._services.GetRequiredService<DeepCopier<T>>().Copy(value)!;
}
