using FsCheck;
using FsCheck.Fluent;

namespace Rongtong.HealthPass.Tests;

public sealed class RevocationTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_revoked_pass_is_refused_and_its_neighbour_is_not()
    {
        var (revoked, other) = (World.Colour(), World.Colour());
        var list = Open(Files([RevocationId.OfPass(revoked.PassId)]));
        _world.Verify(_world.HubeiPass(revoked), revocation: list).ShouldBeRefused(PassFault.Revoked).Stage.ShouldBe(PassStage.Revocation);
        _world.Verify(_world.HubeiPass(other), revocation: list).ShouldBeAccepted().Revocation.ShouldBe(new RevocationFinding.NotListed(World.Now.AddHours(-1)));
    }

    [Fact]
    public void The_other_spelling_of_a_signature_does_not_escape_revocation()
    {
        var pass = World.Colour();
        var list = Open(Files([RevocationId.OfPass(pass.PassId)]));
        var message = PassEnvelope.Open(_world.HubeiPass(pass)).Message.ToArray();
        LowS.Negate(message.AsSpan(^32..));
        _world.Verify(PassEnvelope.Wrap(message), revocation: list).ShouldBeRefused(PassFault.Revoked);
    }

    [Fact]
    public void A_pass_is_revoked_by_its_own_id_and_by_that_of_the_certificate_in_it()
    {
        var test = World.Test();
        var token = _world.HubeiPass(certificate: test);
        var ids = _world.Verify(token).ShouldBeAccepted().Claims.RevocationIds;
        ids.Count.ShouldBe(2);
        foreach (var id in ids) _world.Verify(token, revocation: Open(Files([id]))).ShouldBeRefused(PassFault.Revoked);
        ids.ShouldContain(RevocationId.OfCertificate("42", test.Identifier));
    }

    /// <summary>Values published with the EU's revocation guide for URN:UVCI:01:CN:ABC123#X.</summary>
    [Theory]
    [InlineData("", "ed34cda23dda6e09049ade8f7d0c9141")]
    [InlineData("CN", "487c3c986843dec56e16b4b1c24b59ff")]
    public void Certificate_ids_are_those_of_the_EU(string issuer, string expected) =>
        RevocationId.OfCertificate(issuer, "URN:UVCI:01:CN:ABC123#X").ToString().ShouldBe(expected);

    [Fact]
    public void No_valid_pass_is_ever_called_revoked_however_bad_the_filter()
    {
        const int Revoked = 200_000;
        const int Valid = 1_000_000;
        // One in fifty hits by accident, so that the confirmation is what is tried.
        var files = RevocationList.Create(1, World.Now.AddHours(-1), World.Now.AddDays(1), Enumerable.Range(0, Revoked).Select(Id), _world.Hubei, falsePositives: 0.02);
        var (shardReads, list) = (0, (RevocationList?)null);
        list = RevocationList.Open(files.Filter, _world.Trust, (offset, length) =>
        {
            shardReads++;
            return files.Shards.AsMemory((int)offset, length);
        });
        for (var i = Revoked; i < Revoked + Valid; i++) list.Find([Id(i)], World.Now).ShouldBeOfType<RevocationFinding.NotListed>();
        ((double)shardReads / Valid).ShouldBeInRange(0.018, 0.022);
        for (var i = 0; i < Revoked; i += 37) list.Find([Id(i)], World.Now).ShouldBeOfType<RevocationFinding.Revoked>();
    }

    [Fact]
    public void Every_id_of_a_list_is_found_and_none_other_as_a_plain_set_says() =>
        Prop.ForAll<int[], int[]>((revoked, asked) =>
        {
            var list = Open(RevocationList.Create(1, World.Now.AddHours(-1), World.Now.AddDays(1), revoked.Select(Id), _world.Hubei, 0.5));
            return asked.Concat(revoked).All(i => list.Find([Id(i)], World.Now) is RevocationFinding.Revoked == revoked.Contains(i)) && list.Count == revoked.Distinct().Count();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Without_the_shard_or_with_a_changed_one_a_hit_is_unconfirmed_and_the_pass_is_not_refused()
    {
        var pass = World.Colour();
        var files = Files([RevocationId.OfPass(pass.PassId)]);
        var token = _world.HubeiPass(pass);
        ShardReader?[] readers = [null, (_, _) => null, (_, length) => new byte[length], (_, _) => Array.Empty<byte>()];
        foreach (var reader in readers)
            _world.Verify(token, revocation: RevocationList.Open(files.Filter, _world.Trust, reader)).ShouldBeAccepted().Revocation.ShouldBeOfType<RevocationFinding.Unconfirmed>();
    }

    [Fact]
    public void An_empty_cut_off_or_changed_file_says_age_unknown_and_never_revoked()
    {
        var pass = World.Colour();
        var (id, token) = (RevocationId.OfPass(pass.PassId), _world.HubeiPass(pass));
        var files = Files([id]);
        void ShouldBeUnknown(byte[] filter) =>
            _world.Verify(token, revocation: RevocationList.Open(filter, _world.Trust, (offset, length) => files.Shards.AsMemory((int)offset, length))).ShouldBeAccepted().Revocation.ShouldBeOfType<RevocationFinding.AgeUnknown>();
        for (var length = 0; length < files.Filter.Length; length++) ShouldBeUnknown(files.Filter[..length]);
        for (var i = 0; i < files.Filter.Length; i++)
        {
            // One byte of the message around the signed hash may change without a change of meaning: the tag and the empty header.
            var changed = (byte[])files.Filter.Clone();
            changed[i] ^= 0xFF;
            if (i is < 60 or > 66) ShouldBeUnknown(changed);
        }
        ShouldBeUnknown([.. files.Filter, 0]);
        _world.Verify(token).ShouldBeAccepted().Revocation.ShouldBeOfType<RevocationFinding.AgeUnknown>();
    }

    [Fact]
    public void A_list_that_is_too_old_or_from_the_future_says_age_unknown_and_never_revoked()
    {
        var pass = World.Colour();
        var list = Open(Files([RevocationId.OfPass(pass.PassId)]));
        var ids = new[] { RevocationId.OfPass(pass.PassId) };
        list.Find(ids, World.Now.AddDays(1)).ShouldBeOfType<RevocationFinding.Revoked>();
        list.Find(ids, World.Now.AddDays(1).AddSeconds(1)).ShouldBeOfType<RevocationFinding.AgeUnknown>();
        list.Find(ids, World.Now.AddHours(-1)).ShouldBeOfType<RevocationFinding.Revoked>();
        list.Find(ids, World.Now.AddHours(-1).AddSeconds(-1)).ShouldBeOfType<RevocationFinding.AgeUnknown>();
    }

    [Fact]
    public void A_list_signed_by_a_stranger_or_by_a_key_for_other_things_is_not_believed()
    {
        using var stranger = World.NewKey();
        var id = RevocationId.OfPass(Guid.NewGuid());
        var files = RevocationList.Create(1, World.Now, World.Now.AddDays(1), [id], stranger);
        Open(files).Find([id], World.Now).ShouldBeOfType<RevocationFinding.AgeUnknown>().Reason.ShouldContain("not signed by a key of the trust list");
        var trust = World.ListOf(new TrustedRegion("42", "湖北", "Hubei", RecognitionMode.SharedData, [World.KeyOf(stranger, KeyUsages.Colour)]));
        RevocationList.Open(files.Filter, trust, null).Find([id], World.Now).ShouldBeOfType<RevocationFinding.AgeUnknown>().Reason.ShouldContain("may not sign revocation lists");
    }

    [Fact]
    public void Deltas_apply_in_their_order_only()
    {
        var (first, second, third) = (RevocationId.OfPass(Guid.NewGuid()), RevocationId.OfPass(Guid.NewGuid()), RevocationId.OfPass(Guid.NewGuid()));
        var list = Open(Files([first]));
        byte[] Delta(long from, RevocationId id) => RevocationList.CreateDelta(from, World.Now, World.Now.AddDays(2), [id], _world.Hubei);
        list.Apply(Delta(2, third), _world.Trust).ShouldBeOfType<RevocationUpdate.Rejected>().Reason.ShouldContain("from list 2 to 3");
        var next = list.Apply(Delta(1, second), _world.Trust).ShouldBeOfType<RevocationUpdate.Applied>().List;
        (next.Number, next.Count, next.AsOf).ShouldBe((2, 2, World.Now));
        next.Apply(Delta(1, second), _world.Trust).ShouldBeOfType<RevocationUpdate.Rejected>();
        var last = next.Apply(Delta(2, third), _world.Trust).ShouldBeOfType<RevocationUpdate.Applied>().List;
        foreach (var id in new[] { first, second, third }) last.Find([id], World.Now).ShouldBeOfType<RevocationFinding.Revoked>();
        next.Find([third], World.Now).ShouldBeOfType<RevocationFinding.NotListed>();
    }

    [Fact]
    public void A_delta_of_ten_thousand_ids_stays_below_a_quarter_of_a_megabyte_and_a_forged_one_is_rejected()
    {
        var delta = RevocationList.CreateDelta(1, World.Now, World.Now.AddDays(1), [.. Enumerable.Range(0, 10_000).Select(Id)], _world.Hubei);
        delta.Length.ShouldBeLessThan(250_000);
        var list = Open(Files([Id(-1)]));
        list.Apply(delta, _world.Trust).ShouldBeOfType<RevocationUpdate.Applied>().List.Count.ShouldBe(10_001);
        delta[1000] ^= 1;
        list.Apply(delta, _world.Trust).ShouldBeOfType<RevocationUpdate.Rejected>();
        list.Apply(Array.Empty<byte>(), _world.Trust).ShouldBeOfType<RevocationUpdate.Rejected>();
        RevocationList.None("none").Apply(delta, _world.Trust).ShouldBeOfType<RevocationUpdate.Rejected>();
    }

    private RevocationFiles Files(RevocationId[] ids) => RevocationList.Create(1, World.Now.AddHours(-1), World.Now.AddDays(1), ids, _world.Hubei);

    private RevocationList Open(RevocationFiles files) =>
        RevocationList.Open(files.Filter, _world.Trust, (offset, length) => files.Shards.AsMemory((int)offset, length));

    private static RevocationId Id(int number) => RevocationId.OfContent(BitConverter.GetBytes(number));
}
