namespace Rongtong.Testing;

/// <summary>How long a test waits for what must come. Nothing is measured by it: a machine that is busy with other things is no reason to fail.</summary>
public static class Patience
{
    /// <summary>For anything that takes moments on a quiet machine.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(3);

    /// <summary><see cref="Long"/> as browsers count it.</summary>
    public static float LongMilliseconds => (float)Long.TotalMilliseconds;
}
