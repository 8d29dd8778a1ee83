namespace Rongtong.Bench;

/// <summary>One figure, with the peer's from the same run where there is one.</summary>
/// <param name="Value">Median of several runs.</param>
/// <param name="Ratio">Peer's value by ours for times (how many times faster), ours by the peer's for rates.</param>
internal sealed record BenchResult(string Bench, double Value, string Unit, string? Peer = null, double? PeerValue = null, double? Ratio = null);
