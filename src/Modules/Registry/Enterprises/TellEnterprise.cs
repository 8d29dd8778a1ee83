using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Registry.Enterprises;

/// <summary>Sends what another module has to say to the contacts of an enterprise who agreed to be contacted and have not taken it back.</summary>
internal sealed class TellEnterprise : IEventSubscriber
{
    /// <summary>An enterprise may name twenty contacts; the first who agreed are told, not all of them.</summary>
    private const int ContactsMax = 2;

    public string Name => "registry.tell-enterprise";

    public string EventKind => EnterpriseToBeTold.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var told = happened.Read<EnterpriseToBeTold>();
        var phones = await session.QueryAsync<string>("""
            SELECT phone FROM registry.contact WHERE enterprise_id IN (SELECT registry.members(registry.kept_id(@EnterpriseId))) AND consented_at IS NOT NULL AND withdrawn_at IS NULL
            ORDER BY consented_at, id LIMIT @ContactsMax
            """, new { told.EnterpriseId, ContactsMax }, cancel);
        foreach (var phone in phones) await session.PublishAsync(MessageWanted.Kind, happened.Subject, new MessageWanted("sms", phone, "", told.Text), cancel);
    }
}
