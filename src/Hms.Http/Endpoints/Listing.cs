namespace Hms.Http.Endpoints;

/// <summary>What all lists have in common.</summary>
internal static class Listing
{
    /// <summary>Items in a list whose <c>limit</c> was not given; at most it is <see cref="Ranges.PageMax"/>.</summary>
    public const int LimitDefault = 100;
}
