using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.People;

/// <summary>Finds people by their documents, and writes down who is not known yet. Answers with numbers only.</summary>
internal static class RegisterPeople
{
    /// <summary>The numbers of the people, in the order given.</summary>
    public static async Task<long[]> FindOrAddAsync(Session session, Secrets secrets, IReadOnlyList<(DocumentNumber Document, string Name, string Region)> people, CancellationToken cancel, bool isDemo = false)
    {
        var hashes = new byte[people.Count][];
        for (var i = 0; i < hashes.Length; i++) hashes[i] = await secrets.HashOfAsync(people[i].Document, cancel);
        var known = new Dictionary<string, long>(people.Count);
        await session.AsSystemAsync(async () =>
        {
            foreach (var (id, hash) in await session.QueryAsync<(long, byte[])>("SELECT id, document_hash FROM health_code.person WHERE document_hash = ANY (@hashes)", new { hashes }, cancel)) known[Convert.ToHexString(hash)] = id;
            int[] missing = [.. Enumerable.Range(0, people.Count).Where(i => !known.ContainsKey(Convert.ToHexString(hashes[i]))).DistinctBy(i => Convert.ToHexString(hashes[i]))];
            if (missing.Length == 0) return;
            var added = await session.QueryAsync<(long, byte[])>("""
                INSERT INTO health_code.person (region_code, document_hash, document, name, is_demo, created_at)
                SELECT region, hash, document, name, @isDemo, @now FROM unnest(@regions, @missingHashes, @documents, @names) AS p (region, hash, document, name)
                ON CONFLICT (document_hash) DO UPDATE SET region_code = health_code.person.region_code RETURNING id, document_hash
                """,
                new
                {
                    isDemo,
                    now = session.Now,
                    regions = missing.Select(i => people[i].Region).ToArray(),
                    missingHashes = missing.Select(i => hashes[i]).ToArray(),
                    documents = missing.Select(i => secrets.Protect(people[i].Document.ToString())).ToArray(),
                    names = missing.Select(i => secrets.Protect(people[i].Name)).ToArray(),
                }, cancel);
            foreach (var (id, hash) in added) known[Convert.ToHexString(hash)] = id;
        }, cancel);
        return [.. hashes.Select(hash => known[Convert.ToHexString(hash)])];
    }
}
