namespace Rongtong.Bench.GetUsPpe;

/// <summary>
/// Where the states of the USA lie: the files name a donor's state and a request's county, and no coordinates. A state stands for its people by its
/// centre of population (2010 census, to a tenth of a degree); two places of one state are taken to be as far apart as two random points of a square
/// of its area (0.521 of the side).
/// </summary>
internal static class States
{
    private const double EarthRadiusMiles = 3958.8, MeanDistanceInSquare = 0.521;

    /// <summary>Latitude, longitude, land area in square miles.</summary>
    private static readonly Dictionary<string, (double Latitude, double Longitude, double Area)> s_centre = new()
    {
        ["AL"] = (33.0, -86.8, 50645),
        ["AK"] = (61.4, -148.9, 570641),
        ["AZ"] = (33.4, -111.8, 113594),
        ["AR"] = (35.1, -92.7, 52035),
        ["CA"] = (35.5, -119.4, 155779),
        ["CO"] = (39.5, -105.2, 103642),
        ["CT"] = (41.5, -72.9, 4842),
        ["DE"] = (39.4, -75.6, 1949),
        ["DC"] = (38.9, -77.0, 61),
        ["FL"] = (27.8, -81.6, 53625),
        ["GA"] = (33.4, -83.9, 57513),
        ["HI"] = (21.1, -157.5, 6423),
        ["ID"] = (44.2, -115.1, 82643),
        ["IL"] = (41.3, -88.4, 55519),
        ["IN"] = (40.2, -86.3, 35826),
        ["IA"] = (42.0, -93.0, 55857),
        ["KS"] = (38.5, -96.5, 81759),
        ["KY"] = (37.8, -85.2, 39486),
        ["LA"] = (30.7, -91.5, 43204),
        ["ME"] = (44.3, -69.7, 30843),
        ["MD"] = (39.1, -76.8, 9707),
        ["MA"] = (42.3, -71.4, 7800),
        ["MI"] = (42.9, -84.2, 56539),
        ["MN"] = (45.2, -93.6, 79627),
        ["MS"] = (32.6, -89.6, 46923),
        ["MO"] = (38.5, -92.2, 68742),
        ["MT"] = (46.8, -111.2, 145546),
        ["NE"] = (41.2, -97.4, 76824),
        ["NV"] = (37.2, -116.3, 109781),
        ["NH"] = (43.2, -71.5, 8953),
        ["NJ"] = (40.4, -74.4, 7354),
        ["NM"] = (34.6, -106.3, 121298),
        ["NY"] = (41.5, -74.7, 47126),
        ["NC"] = (35.6, -79.7, 48618),
        ["ND"] = (47.4, -99.5, 69001),
        ["OH"] = (40.5, -82.7, 40861),
        ["OK"] = (35.6, -96.8, 68595),
        ["OR"] = (44.7, -122.6, 95988),
        ["PA"] = (40.5, -77.1, 44743),
        ["PR"] = (18.3, -66.3, 3424),
        ["RI"] = (41.8, -71.4, 1034),
        ["SC"] = (34.0, -81.0, 30061),
        ["SD"] = (44.1, -98.9, 75811),
        ["TN"] = (35.8, -86.4, 41235),
        ["TX"] = (30.9, -97.4, 261232),
        ["UT"] = (40.4, -111.9, 82170),
        ["VT"] = (44.1, -72.8, 9217),
        ["VA"] = (37.8, -77.8, 39490),
        ["WA"] = (47.3, -121.6, 66456),
        ["WV"] = (38.8, -80.8, 24038),
        ["WI"] = (43.7, -89.0, 54158),
        ["WY"] = (42.7, -107.0, 97093),
    };

    private static readonly Dictionary<string, string> s_typed = new(StringComparer.OrdinalIgnoreCase) { ["Ohio"] = "OH", ["Michigan"] = "MI", ["Florida"] = "FL", ["albama"] = "AL" };

    /// <summary>The state's code from what people typed; null for what is no state, such as cities abroad.</summary>
    public static string? Code(string typed)
    {
        var text = typed.Trim();
        var code = s_typed.GetValueOrDefault(text, text.ToUpperInvariant());
        return s_centre.ContainsKey(code) ? code : null;
    }

    private static readonly Dictionary<(string, string), double> s_miles = s_centre.Keys.SelectMany(_ => s_centre.Keys, (from, to) => (from, to)).ToDictionary(p => p, p => Measured(p.from, p.to));

    public static double Miles(string from, string to) => s_miles[(from, to)];

    private static double Measured(string from, string to)
    {
        var (a, b) = (s_centre[from], s_centre[to]);
        if (from == to) return MeanDistanceInSquare * Math.Sqrt(a.Area);
        double Radians(double degrees) => degrees * Math.PI / 180;
        var haversine = Math.Pow(Math.Sin(Radians(b.Latitude - a.Latitude) / 2), 2)
            + (Math.Cos(Radians(a.Latitude)) * Math.Cos(Radians(b.Latitude)) * Math.Pow(Math.Sin(Radians(b.Longitude - a.Longitude) / 2), 2));
        return 2 * EarthRadiusMiles * Math.Asin(Math.Sqrt(haversine));
    }
}
