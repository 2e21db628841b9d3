using System.Reflection;
using Hms.Abstractions;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Invocation;
using Orleans.Serialization.Serializers;

namespace Hms.Grains.Tests.Wire;

/// <summary>Whatever a port of <c>Hms.Abstractions</c> takes or returns can go to another silo, and stays what it is within one.</summary>
public sealed class PortTypesTests
{
    // Held by the front that asked: it ends in calls, not in bytes. The other is what Orleans sees to itself.
    private static readonly Type[] StayHere = [typeof(Reply), typeof(CancellationToken)];

    private static readonly Type[] SurrogateCodecs = [typeof(SurrogateCodec<,,>), typeof(ValueTypeSurrogateCodec<,,>)];

    public static TheoryData<string> Ports =>
        [.. typeof(IFabric).Assembly.GetExportedTypes().Where(type => type.IsInterface && Calls(type).Any()).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Ports))]
    public void Everything_that_a_port_takes_or_returns_can_be_carried(string port)
    {
        var types = Types(port).SelectMany(type => Parts(type, [])).Distinct().ToArray();

        Assert.NotEmpty(types);
        Assert.Empty(types.Where(type => !IsCarried(type)).Select(type => type.ToString()));
    }

    [Theory]
    [MemberData(nameof(Ports))]
    public void Every_result_of_a_port_can_be_named_in_an_answer(string port)
    {
        var results = Calls(Port(port)).SelectMany(call => call.ReturnType.GenericTypeArguments).Except(StayHere);

        Assert.All(results, result =>
        {
            Assert.IsAssignableFrom<ResponseCodec>(Silo.Current.Codecs.GetCodec(typeof(Response<>).MakeGenericType(result)));
            Assert.Equal(result, Silo.Current.Types.Parse(Silo.Current.Types.Format(result)));
        });
    }

    [Fact]
    public void All_ports_are_looked_at() => Assert.Superset(
        new HashSet<string> { nameof(IMailbox), nameof(IMailboxPort), nameof(IDirectoryPort), nameof(ILockPort), nameof(IFabric) },
        Ports.Select(port => port.Data).ToHashSet());

    [Fact]
    public void A_type_that_nothing_carries_is_noticed()
    {
        Assert.False(IsCarried(typeof(Protocol.MessageValidator)));
        Assert.False(IsCarried(typeof(Reply)));
    }

    [Fact]
    public void Every_type_that_is_carried_has_a_name_of_its_own()
    {
        var names = Silo.Current.Manifest.WellKnownTypeAliases.ToLookup(alias => alias.Value, alias => alias.Key);

        Assert.All(Silo.Current.Carried, type => Assert.Equal($"hms.{type.Name}", Assert.Single(names[type])));
    }

    private static Type Port(string name) => typeof(IFabric).Assembly.GetExportedTypes().Single(type => type.Name == name);

    private static IEnumerable<MethodInfo> Calls(Type port) => port.GetMethods().Where(
        method => method.ReturnType == typeof(ValueTask)
            || (method.ReturnType.IsGenericType && method.ReturnType.GetGenericTypeDefinition() == typeof(ValueTask<>)));

    private static IEnumerable<Type> Types(string port) => Calls(Port(port))
        .SelectMany(call => call.GetParameters().Select(parameter => parameter.ParameterType).Concat(call.ReturnType.GenericTypeArguments))
        .Except(StayHere);

    // A type, what it is made of, and what a type of ours has as members.
    private static HashSet<Type> Parts(Type type, HashSet<Type> seen)
    {
        if (!seen.Add(type))
        {
            return seen;
        }

        var members = IsOurs(type) && !type.IsEnum ? type.GetProperties(Same.Declared) : [];
        foreach (var part in type.GenericTypeArguments.Concat(members.Select(member => member.PropertyType)))
        {
            Parts(part, seen);
        }

        return seen;
    }

    private static bool IsCarried(Type type) => Silo.Current.Codecs.TryGetCodec(type) is { } codec
        && Silo.Current.Codecs.TryGetDeepCopier(type) is { } copier
        && (!IsOurs(type) || type.IsEnum || (IsSurrogate(codec.GetType()) && (copier as IOptionalDeepCopier)?.IsShallowCopyable() == true));

    private static bool IsOurs(Type type) => type.Assembly.GetName().Name is "Hms.Abstractions" or "Hms.Protocol";

    private static bool IsSurrogate(Type codec) =>
        codec.IsGenericType && SurrogateCodecs.Contains(codec.GetGenericTypeDefinition());
}
