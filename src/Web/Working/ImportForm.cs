using Microsoft.AspNetCore.Http;
using Rongtong.Platform.Access;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;

namespace Rongtong.Web.Working;

/// <summary>What a page does with a file that somebody chose: the same for every kind of file.</summary>
public sealed class ImportForm(ImportService imports, LongWork work, Texts texts)
{
    /// <summary>Imports the file; small ones at once, large ones with a progress bar.</summary>
    /// <param name="kindName">Which kind of import.</param>
    /// <param name="back">Page of the form.</param>
    /// <param name="loaded">What is said when the file was read.</param>
    /// <param name="refused">Where to go with the reason when it could not be used.</param>
    public async Task<IResult> RunAsync(HttpContext http, string kindName, IFormFile file, ImportOptions options, string back, Func<ImportReport, WorkEnd> loaded, Func<string, string> refused)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(loaded);
        ArgumentNullException.ThrowIfNull(refused);
        if (imports.Kinds.FirstOrDefault(k => k.Name == kindName) is not { } kind || !http.Actor().May(kind.Permission)) return Results.BadRequest();
        var (actor, name) = (http.Actor(), Path.GetFileName(file.FileName));
        // The upload is gone when the request ends; the work may not be.
        var copy = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        await file.CopyToAsync(copy, http.RequestAborted);
        copy.Position = 0;
        return await work.RunAsync(http, "web.working.import", name, back, async (progress, cancel) =>
        {
            await using (copy)
            {
                try
                {
                    return loaded(await imports.RunAsync(kind, copy, name, options, actor, new Forwarded(progress), cancel));
                }
                catch (ImportFileException e)
                {
                    return new(refused($"{name}: {texts[e.TextKey, [.. e.Args]]}"));
                }
            }
        });
    }

    private sealed class Forwarded(IProgress<WorkProgress> progress) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => progress.Report(new(value.BytesRead, value.BytesTotal));
    }
}
