using System.Globalization;
using Rongtong.Platform.Access;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Web.Account;

/// <summary>The record of what was done and looked at, for auditors.</summary>
internal static class AuditTable
{
    public const string Name = "audit";

    public static ITable Create() => new SqlTable<Entry>(Name, Roles.ReadAudit, "platform.audit_entry", "sequence, at, actor, action, subject, details", new("sequence", "bigint"),
        [
            new("number", "audit.number", (e, _) => new(e.Sequence.ToString(CultureInfo.InvariantCulture)), new("sequence", "bigint"), IsNumber: true),
            new("at", "audit.at", (e, _) => new(e.At.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)), new("at", "timestamptz")),
            new("actor", "audit.actor", (e, _) => new(e.Actor), new("actor", "text")),
            new("action", "audit.action", (e, _) => new(e.Action), new("action", "text")),
            new("subject", "audit.subject", (e, _) => new(e.Subject)),
            new("details", "audit.details", (e, _) => new(e.Details)),
        ],
        [
            new TextFilter("actor", "audit.actor", "actor ILIKE @actor"),
            new TextFilter("action", "audit.action", "action ILIKE @action"),
            new TextFilter("subject", "audit.subject", "subject ILIKE @subject"),
            new DayFilter("from", "audit.from", "at >= @from::date"),
            new DayFilter("to", "audit.to", "at < @to::date + 1"),
        ], "-number");

    private sealed record Entry
    {
        public long Sequence { get; init; }
        public DateTime At { get; init; }
        public string Actor { get; init; } = "";
        public string Action { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Details { get; init; } = "";
    }
}
