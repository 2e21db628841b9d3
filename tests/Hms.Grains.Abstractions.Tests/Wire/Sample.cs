namespace Hms.Grains.Tests.Wire;

/// <summary>One value of a type that crosses.</summary>
internal abstract class Sample
{
    public abstract object Value { get; }

    /// <summary>How it arrives where its type is known to both sides.</summary>
    public abstract object? Cross();

    public abstract byte[] Write();

    public abstract object? Read(byte[] bytes);

    public abstract object? Copy();

    public static Sample Of<T>(T value)
        where T : notnull => new Typed<T>(value);

    private sealed class Typed<T>(T value) : Sample
        where T : notnull
    {
        public override object Value => value;

        public override object? Cross() => Silo.Cross(value);

        public override byte[] Write() => Silo.Current.Serializer.SerializeToArray(value);

        public override object? Read(byte[] bytes) => Silo.Current.Serializer.Deserialize<T>(bytes);

        public override object? Copy() => Silo.Copy(value);
    }
}
