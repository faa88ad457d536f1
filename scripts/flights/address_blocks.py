"""Country of an aircraft by its 24-bit address, the way the flight API derives origin_country.

The blocks are those that ICAO allots to states (Annex 10, volume III); only states whose aircraft
are common over Europe are listed. An address outside of every block has no country here.
"""

import bisect

# first address, last address, name as the API prints it; ascending
BLOCKS = (
    (0x004000, 0x0043FF, "Zimbabwe"),
    (0x008000, 0x00FFFF, "South Africa"),
    (0x010000, 0x017FFF, "Egypt"),
    (0x018000, 0x01FFFF, "Libya"),
    (0x020000, 0x027FFF, "Morocco"),
    (0x028000, 0x02FFFF, "Tunisia"),
    (0x040000, 0x040FFF, "Ethiopia"),
    (0x04C000, 0x04CFFF, "Kenya"),
    (0x064000, 0x064FFF, "Nigeria"),
    (0x06A000, 0x06A3FF, "Qatar"),
    (0x0A0000, 0x0A7FFF, "Algeria"),
    (0x100000, 0x1FFFFF, "Russian Federation"),
    (0x300000, 0x33FFFF, "Italy"),
    (0x340000, 0x37FFFF, "Spain"),
    (0x380000, 0x3BFFFF, "France"),
    (0x3C0000, 0x3FFFFF, "Germany"),
    (0x400000, 0x43FFFF, "United Kingdom"),
    (0x440000, 0x447FFF, "Austria"),
    (0x448000, 0x44FFFF, "Belgium"),
    (0x450000, 0x457FFF, "Bulgaria"),
    (0x458000, 0x45FFFF, "Denmark"),
    (0x460000, 0x467FFF, "Finland"),
    (0x468000, 0x46FFFF, "Greece"),
    (0x470000, 0x477FFF, "Hungary"),
    (0x478000, 0x47FFFF, "Norway"),
    (0x480000, 0x487FFF, "Kingdom of the Netherlands"),
    (0x488000, 0x48FFFF, "Poland"),
    (0x490000, 0x497FFF, "Portugal"),
    (0x498000, 0x49FFFF, "Czech Republic"),
    (0x4A0000, 0x4A7FFF, "Romania"),
    (0x4A8000, 0x4AFFFF, "Sweden"),
    (0x4B0000, 0x4B7FFF, "Switzerland"),
    (0x4B8000, 0x4BFFFF, "Turkey"),
    (0x4C0000, 0x4C7FFF, "Serbia"),
    (0x4C8000, 0x4C83FF, "Cyprus"),
    (0x4CA000, 0x4CAFFF, "Ireland"),
    (0x4CC000, 0x4CCFFF, "Iceland"),
    (0x4D0000, 0x4D03FF, "Luxembourg"),
    (0x4D2000, 0x4D23FF, "Malta"),
    (0x500000, 0x5003FF, "San Marino"),
    (0x501C00, 0x501FFF, "Croatia"),
    (0x502C00, 0x502FFF, "Latvia"),
    (0x503C00, 0x503FFF, "Lithuania"),
    (0x505C00, 0x505FFF, "Slovakia"),
    (0x506C00, 0x506FFF, "Slovenia"),
    (0x508000, 0x50FFFF, "Ukraine"),
    (0x511000, 0x5113FF, "Estonia"),
    (0x683000, 0x6833FF, "Kazakhstan"),
    (0x700000, 0x700FFF, "Afghanistan"),
    (0x706000, 0x706FFF, "Kuwait"),
    (0x710000, 0x717FFF, "Saudi Arabia"),
    (0x718000, 0x71FFFF, "Republic of Korea"),
    (0x730000, 0x737FFF, "Iran, Islamic Republic of"),
    (0x738000, 0x73FFFF, "Israel"),
    (0x740000, 0x747FFF, "Jordan"),
    (0x748000, 0x74FFFF, "Lebanon"),
    (0x750000, 0x757FFF, "Malaysia"),
    (0x760000, 0x767FFF, "Pakistan"),
    (0x768000, 0x76FFFF, "Singapore"),
    (0x780000, 0x7BFFFF, "China"),
    (0x7C0000, 0x7FFFFF, "Australia"),
    (0x800000, 0x83FFFF, "India"),
    (0x840000, 0x87FFFF, "Japan"),
    (0x880000, 0x887FFF, "Thailand"),
    (0x888000, 0x88FFFF, "Viet Nam"),
    (0x894000, 0x894FFF, "Bahrain"),
    (0x896000, 0x896FFF, "United Arab Emirates"),
    (0x899000, 0x8993FF, "Taiwan"),
    (0xA00000, 0xAFFFFF, "United States"),
    (0xC00000, 0xC3FFFF, "Canada"),
)
_FIRST = [block[0] for block in BLOCKS]


def country_of(icao24: str) -> str | None:
    """The country whose block holds the address (six hex digits), or None."""
    address = int(icao24, 16)
    index = bisect.bisect_right(_FIRST, address) - 1
    if index < 0 or address > BLOCKS[index][1]:
        return None
    return BLOCKS[index][2]
