using Xunit;

namespace Rongtong.Testing;

/// <summary>A test that needs a shared file; skips by name where it is absent.</summary>
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(string path)
    {
        if (!SharedData.Has(path)) Skip = $"Needs the shared file {path}.";
    }
}

/// <summary>A theory that needs a shared file; skips by name where it is absent.</summary>
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(string path)
    {
        if (!SharedData.Has(path)) Skip = $"Needs the shared file {path}.";
    }
}

/// <summary>A test that drives a real browser; skips with an install hint where there is no Chromium, and by name where a shared file it needs is absent.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute(string? sharedPath = null)
    {
        if (sharedPath is not null && !SharedData.Has(sharedPath)) Skip = $"Needs the shared file {sharedPath}.";
        if (Chromium.Path is null) Skip = "Needs Chromium: 'apt-get install chromium fonts-noto-cjk', or set RONGTONG_CHROMIUM to its path.";
    }
}

/// <summary>A test that runs a program as a peer or oracle; skips by name where the program is absent.</summary>
public sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(string program)
    {
        if (Programs.Find(program) is null) Skip = $"Needs the program '{program}' on the PATH.";
    }
}

/// <summary>A test that runs a message broker of its own; skips with an install hint where there is none.</summary>
public sealed class BrokerFactAttribute : FactAttribute
{
    public BrokerFactAttribute() => Skip = TestBroker.Absent;
}
