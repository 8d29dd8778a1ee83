namespace Rongtong.HealthPass;

/// <summary>The steps of a verification, in the order they are taken.</summary>
public enum PassStage
{
    /// <summary>The text starts with HC1: and has a possible length.</summary>
    Prefix,

    /// <summary>The rest is Base45.</summary>
    Base45,

    /// <summary>The bytes are a zlib stream of bearable size.</summary>
    Zlib,

    /// <summary>What is inside is a COSE_Sign1 message.</summary>
    Cose,

    /// <summary>The trust list has a key of that id.</summary>
    Key,

    /// <summary>The signature is that key's.</summary>
    Signature,

    /// <summary>The payload is CBOR with the claims a pass needs.</summary>
    Claims,

    /// <summary>Certificate and colour are complete and in range.</summary>
    Schema,

    /// <summary>The key may sign this kind of content, for this region, and outlives the pass.</summary>
    Authority,

    /// <summary>The pass is in force at the time asked.</summary>
    Validity,

    /// <summary>The pass is not revoked.</summary>
    Revocation,
}

/// <summary>Why a pass is refused.</summary>
public enum PassFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The text does not start with HC1:.</summary>
    PrefixMissing,

    /// <summary>The text is longer than any QR code.</summary>
    TokenTooLong,

    /// <summary>The text is not Base45.</summary>
    NotBase45,

    /// <summary>The bytes are not a zlib stream, or its check sum is wrong.</summary>
    NotZlib,

    /// <summary>The stream inflates beyond the limit.</summary>
    InflatesTooFar,

    /// <summary>The content is no COSE_Sign1 message.</summary>
    NotCose,

    /// <summary>The message names no key.</summary>
    KeyIdMissing,

    /// <summary>The trust list has no such key.</summary>
    KeyUnknown,

    /// <summary>The signature is not the key's: the content was changed or the token forged.</summary>
    SignatureWrong,

    /// <summary>The payload is not CBOR.</summary>
    PayloadNotCbor,

    /// <summary>A claim every pass needs is missing.</summary>
    ClaimsIncomplete,

    /// <summary>The certificate or the colour is malformed.</summary>
    SchemaViolated,

    /// <summary>The key may not sign this kind of content.</summary>
    KeyUsageWrong,

    /// <summary>The pass was issued before its key was valid, or outlives it.</summary>
    OutsideKeyValidity,

    /// <summary>The key belongs to a region that cannot speak for the region named in the pass.</summary>
    RegionOutsideKey,

    /// <summary>The trust list does not recognise that region's passes.</summary>
    RegionNotRecognised,

    /// <summary>The pass is not in force yet, or the verifier's clock is behind.</summary>
    NotYetValid,

    /// <summary>The pass has expired.</summary>
    Expired,

    /// <summary>The issuer has revoked the pass.</summary>
    Revoked,
}

/// <summary>What the revocation list says of a pass.</summary>
public abstract record RevocationFinding
{
    private RevocationFinding() { }

    /// <summary>No id of the pass is on the list.</summary>
    /// <param name="AsOf">When the list, with its last delta, was made.</param>
    public sealed record NotListed(DateTimeOffset AsOf) : RevocationFinding;

    /// <summary>An id is on the exact list.</summary>
    /// <param name="AsOf">When the list, with its last delta, was made.</param>
    /// <param name="Id">Which id.</param>
    public sealed record Revoked(DateTimeOffset AsOf, RevocationId Id) : RevocationFinding;

    /// <summary>The filter had a hit that the exact shard could neither confirm nor deny, since it is not at hand. Never shown as revoked.</summary>
    /// <param name="AsOf">When the list, with its last delta, was made.</param>
    /// <param name="Shard">The shard to fetch.</param>
    public sealed record Unconfirmed(DateTimeOffset AsOf, int Shard) : RevocationFinding;

    /// <summary>There is no list to go by: none, empty, corrupt, from the future or too old.</summary>
    /// <param name="Reason">Which of these.</param>
    public sealed record AgeUnknown(string Reason) : RevocationFinding;
}

/// <summary>The answer to a token: accepted with what it says, or refused with the stage and the reason.</summary>
public abstract record PassVerdict
{
    private PassVerdict() { }

    /// <summary>Genuine and in force. The colour may still be red: read <see cref="PassClaims.Colour"/>.</summary>
    /// <param name="Claims">What it says.</param>
    /// <param name="Signer">Region whose key signed it.</param>
    /// <param name="Revocation">What is known of its revocation; only <see cref="RevocationFinding.NotListed"/> is a clean bill.</param>
    /// <param name="IsTrustListStale">The trust list is past its date: the verdict stands, the verifier must fetch a new one.</param>
    public sealed record Accepted(PassClaims Claims, TrustedRegion Signer, RevocationFinding Revocation, bool IsTrustListStale) : PassVerdict;

    /// <summary>Not to be relied on.</summary>
    /// <param name="Fault">Why, for programs.</param>
    /// <param name="Detail">Why, with the facts, in English, for the record; residents are shown a text of their own by <paramref name="Fault"/>.</param>
    /// <param name="Claims">What it says, only where the signature was good.</param>
    public sealed record Refused(PassFault Fault, string Detail, PassClaims? Claims = null) : PassVerdict
    {
        /// <summary>The stage at which it failed.</summary>
        public PassStage Stage => StageOf(Fault);
    }

    internal static PassStage StageOf(PassFault fault) => fault switch
    {
        PassFault.PrefixMissing or PassFault.TokenTooLong => PassStage.Prefix,
        PassFault.NotBase45 => PassStage.Base45,
        PassFault.NotZlib or PassFault.InflatesTooFar => PassStage.Zlib,
        PassFault.NotCose => PassStage.Cose,
        PassFault.KeyIdMissing or PassFault.KeyUnknown => PassStage.Key,
        PassFault.SignatureWrong => PassStage.Signature,
        PassFault.PayloadNotCbor or PassFault.ClaimsIncomplete => PassStage.Claims,
        PassFault.SchemaViolated => PassStage.Schema,
        PassFault.KeyUsageWrong or PassFault.OutsideKeyValidity or PassFault.RegionOutsideKey or PassFault.RegionNotRecognised => PassStage.Authority,
        PassFault.NotYetValid or PassFault.Expired => PassStage.Validity,
        PassFault.Revoked => PassStage.Revocation,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "No stage fails without a fault."),
    };
}
