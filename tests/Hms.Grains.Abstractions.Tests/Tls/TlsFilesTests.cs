using System.Security.Cryptography.X509Certificates;
using Hms.Grains.Tls;
using Hms.Processes;
using Hms.Tests;

namespace Hms.Grains.Tests.Tls;

public sealed class TlsFilesTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ScratchFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly ManualTime _time = new();
    private readonly LogBook _log = new();

    [Fact]
    public void Files_that_did_not_change_are_not_read_again()
    {
        var files = new TlsFiles(_authority.Write(_folder, "silo"), _time);
        var before = files.Current(_log);

        _time.Advance(10 * Second);

        Assert.Same(before, files.Current(_log));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Files_that_changed_are_read_again_at_most_once_a_second()
    {
        var files = new TlsFiles(_authority.Write(_folder, "silo"), _time);
        var before = Shown(files);
        _authority.Write(_folder, "silo");

        Assert.Equal(before, Shown(files));
        _time.Advance(0.9 * Second);
        Assert.Equal(before, Shown(files));
        _time.Advance(0.1 * Second);
        var after = Shown(files);

        Assert.NotEqual(before, after);
        Assert.Contains("has changed", Assert.Single(_log.Lines), StringComparison.Ordinal);
        _authority.Write(_folder, "silo");
        Assert.Equal(after, Shown(files));
    }

    [Fact]
    public void Files_of_which_one_is_not_there_yet_change_nothing_until_it_is()
    {
        var options = _authority.Write(_folder, "silo");
        var files = new TlsFiles(options, _time);
        var before = Shown(files);
        var (certificate, key) = _authority.Make("silo");
        TestAuthority.Write(options.Certificate, certificate);

        for (var looks = 0; looks < 3; looks++)
        {
            _time.Advance(Second);
            Assert.Equal(before, Shown(files));
        }

        Assert.Contains("the former certificate is used on", Assert.Single(_log.Lines), StringComparison.Ordinal);
        TestAuthority.Write(options.Key, key);
        _time.Advance(Second);
        Assert.NotEqual(before, Shown(files));
    }

    [Fact]
    public void Files_that_are_gone_change_nothing()
    {
        var options = _authority.Write(_folder, "silo");
        var files = new TlsFiles(options, _time);
        var before = Shown(files);
        File.Delete(options.Authority);

        _time.Advance(Second);

        Assert.Equal(before, Shown(files));
        Assert.Contains(options.Authority, Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_that_a_link_leads_to_may_be_exchanged_as_secrets_of_a_container_are()
    {
        string[] names = ["silo.pem", "silo.key", "silo.authority.pem"];
        foreach (var version in new[] { "one", "two" })
        {
            _authority.Write(_folder, "silo");
            Directory.CreateDirectory(_folder.Combine(version));
            foreach (var name in names)
            {
                File.Move(_folder.Combine(name), _folder.Combine(Path.Combine(version, name)));
            }
        }

        Directory.CreateSymbolicLink(_folder.Combine("data"), _folder.Combine("one"));
        foreach (var name in names)
        {
            File.CreateSymbolicLink(_folder.Combine(name), Path.Combine("data", name));
        }

        var files = new TlsFiles(
            new TlsOptions { Certificate = _folder.Combine(names[0]), Key = _folder.Combine(names[1]), Authority = _folder.Combine(names[2]) }, _time);
        var before = Shown(files);
        Directory.Delete(_folder.Combine("data"));
        Directory.CreateSymbolicLink(_folder.Combine("data"), _folder.Combine("two"));

        _time.Advance(Second);

        Assert.NotEqual(before, Shown(files));
    }

    [Fact]
    public void Start_without_a_file_names_it()
    {
        var options = _authority.Write(_folder, "silo");

        foreach (var file in new[] { options.Certificate, options.Key, options.Authority })
        {
            var contents = File.ReadAllText(file);
            File.Delete(file);
            Assert.Contains(file, Refused(options).Message, StringComparison.Ordinal);
            File.WriteAllText(file, "nothing of use");
            Assert.Contains(file, Refused(options).Message, StringComparison.Ordinal);
            File.WriteAllText(file, contents);
        }

        Assert.NotNull(new TlsFiles(options, _time));
    }

    [Fact]
    public void Start_with_the_key_of_another_certificate_is_refused()
    {
        var options = _authority.Write(_folder, "silo");

        var refused = Refused(options with { Key = _authority.Write(_folder, "other").Key });

        Assert.Contains("cannot be used with the key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_and_key_may_lie_in_one_file()
    {
        var options = _authority.Write(_folder, "silo");
        File.AppendAllText(options.Certificate, File.ReadAllText(options.Key));

        Assert.NotNull(Shown(new TlsFiles(options with { Key = options.Certificate }, _time)));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private string Shown(TlsFiles files) => files.Current(_log).Shown.TargetCertificate.GetCertHashString();

    private InvalidOperationException Refused(TlsOptions options) => Assert.Throws<InvalidOperationException>(() => new TlsFiles(options, _time));
}
