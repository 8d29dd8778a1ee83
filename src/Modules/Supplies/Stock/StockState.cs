namespace Rongtong.Supplies.Stock;

/// <summary>What becomes of goods at a place. The last four are outside: what came in from nowhere we keep account of stands there as a negative number.</summary>
internal enum StockState
{
    OnHand,
    /// <summary>Promised to somebody, still at its place.</summary>
    Reserved,
    /// <summary>Under way; stands at whoever carries it.</summary>
    InTransit,
    /// <summary>Arrived and accepted, not yet put into store; counts as stock.</summary>
    Received,
    Used,
    /// <summary>Came back after use, to be cleaned or disposed of.</summary>
    Recovered,
    Destroyed,
    /// <summary>Outside: made here.</summary>
    Produced,
    /// <summary>Outside: given by somebody who is no facility.</summary>
    DonatedIn,
    /// <summary>Outside: was here when the account was opened.</summary>
    Opening,
    /// <summary>Outside: the difference between what was counted and what the entries said.</summary>
    Adjusted,
}

/// <summary>The words of the database and of files.</summary>
internal static class StockStates
{
    private static readonly string[] s_words = ["on_hand", "reserved", "in_transit", "received", "used", "recovered", "destroyed", "produced", "donated_in", "opening", "adjusted"];

    public static string Word(this StockState state) => s_words[(int)state];

    public static StockState Parse(string word) =>
        Array.IndexOf(s_words, word) is var i and >= 0 ? (StockState)i : throw new ArgumentException($"'{word}' is no state of stock; one of {string.Join(", ", s_words)} was expected.", nameof(word));
}
