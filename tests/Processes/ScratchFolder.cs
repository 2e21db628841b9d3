namespace Hms.Processes;

/// <summary>A new folder that is deleted, with all in it, when disposed or when the program is told to end.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly DirectoryInfo folder;
    private readonly EventHandler deleteAtExit;

    /// <param name="parent">Where to make it; the system's folder for temporary files where none is given.</param>
    public ScratchFolder(string? parent = null)
    {
        var name = $"hms-{System.IO.Path.GetRandomFileName()}";
        folder = Directory.CreateDirectory(System.IO.Path.Combine(parent ?? System.IO.Path.GetTempPath(), name));
        deleteAtExit = (_, _) => Delete();
        AppDomain.CurrentDomain.ProcessExit += deleteAtExit;
    }

    public string Path => folder.FullName;

    public string Combine(string name) => System.IO.Path.Combine(folder.FullName, name);

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= deleteAtExit;
        Delete();
    }

    private void Delete()
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process that is still ending may put a file back; a leftover in the temporary folder harms nobody.
        }
    }
}
