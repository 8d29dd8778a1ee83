using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Rongtong.Platform.Access;

/// <summary>Keeps the data-protection keys in PostgreSQL, so that hosts are stateless. The framework asks synchronously, a few times a day.</summary>
internal sealed class KeyRing(NpgsqlDataSource source) : IXmlRepository
{
    private const string AsSystem = "SELECT set_config('rongtong.actor_kind', 'system', true);";

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = source.OpenConnection();
        using var transaction = connection.BeginTransaction();
        using (var become = new NpgsqlCommand(AsSystem, connection, transaction)) become.ExecuteNonQuery();
        using var command = new NpgsqlCommand("SELECT xml FROM platform.protection_key", connection, transaction);
        using var reader = command.ExecuteReader();
        var elements = new List<XElement>();
        while (reader.Read()) elements.Add(XElement.Parse(reader.GetString(0)));
        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = source.OpenConnection();
        using var transaction = connection.BeginTransaction();
        using (var become = new NpgsqlCommand(AsSystem, connection, transaction)) become.ExecuteNonQuery();
        using var command = new NpgsqlCommand("INSERT INTO platform.protection_key (name, xml) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET xml = excluded.xml", connection, transaction);
        command.Parameters.Add(new() { Value = friendlyName });
        command.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
        transaction.Commit();
    }
}
