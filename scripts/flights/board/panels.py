"""The page's pieces as HTML: tables whose bars are read as figures, notes for each state. Every text is escaped."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from html import escape

import figures
import flight_data

KIND_COLOURS = {
    "c": "light-dark(#23682a, #7bd389)",
    "u": "light-dark(#0a58a3, #7cc0ff)",
    "d": "light-dark(#a82015, #ff9580)",
}
OTHER_KIND = "light-dark(#4d5761, #b4bec8)"


NOTHING = "<span hidden></span>"  # keeps the place of what is not shown


def title(words: str = "") -> str:
    return f'<div class="fb-top"><h1>Flight board</h1>{words}</div>'


def top(aircraft: int, freshness: int | None, instant: datetime | None, replayed: bool) -> str:
    """What one looks for first."""
    words = f'<b class="fb-count">{aircraft} aircraft</b>'
    if freshness is not None:
        late = " fb-late" if freshness > figures.STALE_AFTER else ""
        words += f'<b class="fb-freshness{late}">freshness {freshness} s</b>'
    if instant is not None:
        at = "replay of" if replayed else "picture of"
        words += f'<span class="fb-muted fb-instant">{at} {instant:%-d %B %Y, %H:%M:%S} UTC</span>'
    return title(words)


def note(kind: str, title: str, text: str, command: str = "") -> str:
    shown = f"<br><code>{escape(command)}</code>" if command else ""
    role = "alert" if kind == "error" else "status"
    return f'<div class="fb-note fb-{kind}" role="{role}"><strong>{escape(title)}</strong> {escape(text)}{shown}</div>'


def stale(seconds: int) -> str:
    how_long = f"{seconds} s" if seconds < 600 else f"{seconds // 60} min"
    return note(
        "behind",
        "stale",
        f"Nothing newer has been loaded for {how_long}. Either the source is quiet or a stage of the pipeline stands still; the hops below say which.",
    )


def error(text: str, has_picture: bool) -> str:
    shown = " Below is the last picture that was read." if has_picture else ""
    return note("error", "Snowflake does not answer.", f"The board asks again by itself.{shown} It said: {text}")


def empty(place: flight_data.Place) -> str:
    where = f"{place.database}.{place.schema}"
    text = f"Nothing has been loaded into {where} that {place.role} may read. The board waits for it. In the lab this starts the pipeline:"
    return note("empty", "No flights yet.", text, 'eval "$(scripts/lab env)"; scripts/flights/pipeline')


def loading() -> str:
    return (
        note("loading", "Loading the first picture", "from Snowflake …")
        + '<div class="fb-wait" aria-hidden="true"></div>'
    )


def legend() -> str:
    items = (
        f'<span><i style="--c: var(--fb-band-{i})"></i>{escape(band[0])}</span>' for i, band in enumerate(figures.BANDS)
    )
    return f'<div class="fb-legend" aria-label="Colours by altitude">{"".join(items)}<span>hollow: not heard for {figures.OLD_POSITION} s</span></div>'


def bars(title: str, name: str, rows: list[tuple[str, int, str]]) -> str:
    """Rows of label, figure and colour. `name` is the table's class, for who looks for it."""
    most = max((n for _, n, _ in rows), default=1)
    lines = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td class="fb-bar"><i style="width: {100 * n / most:.1f}%; background: {colour}"></i></td><td>{n}</td></tr>'
        for label, n, colour in rows
    )
    return f'<table class="fb-table fb-{name}"><caption>{escape(title)}</caption>{lines or none_yet()}</table>'


def none_yet() -> str:
    return '<tr><td style="text-align: left" class="fb-muted">none</td></tr>'


def countries(aircraft: list[dict]) -> str:
    return bars(
        "Aircraft by country", "countries", [(label, n, KIND_COLOURS["u"]) for label, n in figures.by_country(aircraft)]
    )


def bands(aircraft: list[dict]) -> str:
    rows = [(figures.BANDS[band][0], n, f"var(--fb-band-{band})") for band, n in figures.by_band(aircraft)]
    return bars("Aircraft by altitude", "bands", rows)


def changes(counted: dict[tuple[datetime, str], int]) -> str:
    """A column a minute, and the sums in figures."""
    minutes = figures.per_minute(counted)
    most = max((sum(kinds.values()) for _, kinds in minutes), default=1) or 1
    columns, sums = "", Counter()
    for minute, kinds in minutes:
        told = ", ".join(f"{n} {figures.KINDS[op]}" for op, n in kinds.items()) or "no changes"
        parts = "".join(
            f'<i style="height: {100 * n / most:.2f}%; background: {KIND_COLOURS.get(op, OTHER_KIND)}"></i>'
            for op, n in kinds.items()
        )
        columns += f'<span title="{minute:%H:%M}: {told}">{parts}</span>'
        sums += kinds
    keys = "".join(
        f'<span data-kind="{op}"><i style="--c: {KIND_COLOURS.get(op, OTHER_KIND)}"></i>{sums[op]} {name}</span>'
        for op, name in figures.KINDS.items()
        if sums[op] or op in "cud"
    )
    span = f"{minutes[0][0]:%H:%M} to {minutes[-1][0]:%H:%M}, at most {most} a minute" if minutes else "none yet"
    return (
        f'<table class="fb-table" role="presentation"><caption>Changes per minute</caption></table><div class="fb-columns" role="img" aria-label="Changes a minute, {span}">{columns}</div>'
        f'<div class="fb-kinds">{keys}<span class="fb-muted">{span}</span></div>'
    )


def hops(rows: list[tuple[str, str, int | None]]) -> str:
    lines = "".join(
        f'<tr><th scope="row">{escape(hop)}<br><span class="fb-muted">{escape(what)}</span></th>'
        f'<td class="{"fb-late" if age is not None and age > figures.STALE_AFTER else ""}">{"none yet" if age is None else f"{age} s ago"}</td></tr>'
        for hop, what, age in rows
    )
    return f'<table class="fb-table fb-hops"><caption>How far behind each hop is</caption>{lines}</table>'


def kept_back(rules: Counter[str]) -> str:
    rows = [(rule, n, KIND_COLOURS["d"]) for rule, n in sorted(rules.items(), key=lambda item: (-item[1], item[0]))]
    return bars("Rows kept back, by rule", "rules", rows)


def pairs(title: str, name: str, rows: list[tuple[str, str]]) -> str:
    lines = "".join(f'<tr><th scope="row">{escape(label)}</th><td>{escape(text)}</td></tr>' for label, text in rows)
    return f'<table class="fb-table fb-{name}"><caption>{escape(title)}</caption>{lines or none_yet()}</table>'


def slot(sizes: dict[str, int]) -> str:
    return pairs("Replication slot, WAL", "slot", [(label, size(n)) for label, n in sizes.items()])


def acknowledged(acks: list[dict]) -> str:
    return pairs("Acknowledged up to", "acks", [(ack["hop"], ack["pos"]) for ack in acks])


def legs(rows: list[dict]) -> str:
    lines = [
        (
            row["callsign"] or figures.NOT_KNOWN,
            f"{row['entered_at']:%H:%M:%S} to " + (f"{row['left_at']:%H:%M:%S}" if row["left_at"] else "now"),
        )
        for row in rows
    ]
    return pairs("Legs, UTC", "legs", lines)


def size(n: int) -> str:
    for unit in ("B", "KiB", "MiB"):
        if abs(n) < 1024:
            return f"{n:.0f} {unit}" if unit == "B" else f"{n:.1f} {unit}"
        n /= 1024
    return f"{n:.1f} GiB"
