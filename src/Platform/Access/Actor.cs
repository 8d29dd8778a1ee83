namespace Rongtong.Platform.Access;

/// <summary>In whose name a transaction runs. The kind is told to PostgreSQL, whose row policies decide by it.</summary>
public enum ActorKind
{
    /// <summary>Nobody signed in: sees what is published, writes nothing.</summary>
    Public,
    /// <summary>A person with an account.</summary>
    Account,
    /// <summary>A resident who has shown who she is, without an account: sees and writes what is hers.</summary>
    Person,
    /// <summary>A machine with an API key.</summary>
    Machine,
    /// <summary>The product itself: migrations' aftermath, jobs, the command line on the server.</summary>
    System,
}

/// <summary>
/// The actor of a transaction: who, with which permissions, for which regions.
/// <paramref name="Scope"/> holds GB/T 2260 prefixes in their short form; the single entry "*" is the whole country, an empty list is nothing.
/// </summary>
/// <param name="Kind">What sort of actor this is.</param>
/// <param name="Id">Stable id written into audit and facts ("account:…", "person:…", "key:…", "system", "public").</param>
/// <param name="Name">What people read.</param>
/// <param name="Scope">Region prefixes the actor may see and write.</param>
/// <param name="Permissions">What the actor may do, as <c>module.verb</c>; granted through roles.</param>
public sealed record Actor(ActorKind Kind, string Id, string Name, IReadOnlyList<string> Scope, IReadOnlySet<string> Permissions)
{
    /// <summary>The scope that holds every region.</summary>
    public const string WholeCountry = "*";

    /// <summary>Somebody who has not signed in.</summary>
    public static Actor Public { get; } = new(ActorKind.Public, "public", "public", [], new HashSet<string>());

    /// <summary>The product's own work, national and unrestricted; <see cref="May"/> is always true for it.</summary>
    public static Actor System { get; } = new(ActorKind.System, "system", "system", [WholeCountry], new HashSet<string>());

    /// <summary>The organisation that an account or key acts for; empty where none is recorded. What needs two organisations goes by it.</summary>
    public string Organisation { get; init; } = "";

    /// <summary>True for readers who may see what is published and no more, signed in as a resident or not.</summary>
    public bool SeesPublishedOnly => Kind is ActorKind.Public or ActorKind.Person;

    /// <summary>True when the actor holds the permission.</summary>
    public bool May(string permission) => Kind is ActorKind.System || Permissions.Contains(permission);

    /// <summary>True when the region (short GB/T 2260 code) lies in the actor's scope.</summary>
    public bool Covers(string regionCode) =>
        Scope.Any(prefix => prefix == WholeCountry || (prefix.Length > 0 && regionCode.StartsWith(prefix, StringComparison.Ordinal)));
}
