using System.Runtime.CompilerServices;
using Microsoft.Playwright;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

internal static class PatientExpectations
{
    // The driver's own five seconds are a measurement of the machine.
    [ModuleInitializer]
    public static void Set() => Assertions.SetDefaultExpectTimeout(Patience.LongMilliseconds);
}
