"""A report as one page: for each suite its throughput over time, with the faults as marks."""

from html import escape
from typing import Any

from invariants import broken

WIDTH, HEIGHT = 960, 160

STYLE = """
body { font: 14px system-ui, sans-serif; margin: 2em; max-width: 70em }
svg { width: 100%; height: auto } .held { color: #176b2c } .broken { color: #b3261e }
table { border-collapse: collapse } td, th { padding: .1em .8em; text-align: left }
"""


def page(played: list[dict[str, Any]]) -> str:
    sections = "\n".join(section(one) for one in played)
    head = f'<meta charset="utf-8"><title>Faults</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en">{head}\n{sections}</html>\n'


def section(one: dict[str, Any]) -> str:
    state = "held" if one["holds"] else "broken"
    title = f"{one['suite']}, seed {one['seed']}, {one['brokers']} broker(s): {state}"
    why = {name: found["first"] for name, found in broken(one["invariants"]).items()} or ""
    faults = one.get("faults", [])
    rows = "".join(
        f"<tr><td>{note.get('began', note['at'])} s</td><td>{escape(note['kind'])}</td>"
        f"<td>{'' if note['process'] is None else note['process']}</td><td>{note.get('recoveredAfter', '')}</td></tr>"
        for note in faults
    )
    return (
        f'<h2 class="{state}">{escape(title)}</h2><p>{escape(str(why))}</p>{timeline(one)}'
        f"<table><tr><th>at</th><th>fault</th><th>process</th><th>recovered after, s</th></tr>{rows}</table>"
        f"<p><code>{escape(one['command'])}</code></p>"
    )


def timeline(one: dict[str, Any]) -> str:
    """Uploads committed a second, lag, and transactions a second; faults as marks from their beginning to their end."""
    rates = by_second(one.get("samples", []))
    if not rates:
        return ""
    end = len(rates)
    ended = one.get("transactions", [])
    curves = [
        ("committed a second", "#1f5fa8", [(second + 0.5, float(rate)) for second, rate in enumerate(rates)]),
        ("uploads behind", "#b26a00", [(at, float(sent - committed)) for at, committed, sent in one["samples"]]),
        ("transactions a second", "#2e7d32", [(at, float(count)) for at, count in ended]),
    ]
    drawn = "".join(curve(points, colour, end) for _, colour, points in curves if points)
    legend = "".join(
        f'<span style="color:{colour}">{name}, up to {max(value for _, value in points):.0f}</span> '
        for name, colour, points in curves
        if points
    )
    marks = "".join(
        f'<rect x="{x(note["began"], end)}" y="0" height="{HEIGHT}" fill="#b3261e" opacity="0.25"'
        f' width="{max(1.5, x(note.get("over", note["began"]), end) - x(note["began"], end))}">'
        f"<title>{escape(note['kind'])}</title></rect>"
        for note in one.get("faults", [])
        if "began" in note
    )
    return (
        f'<p>{legend}</p><svg viewBox="0 0 {WIDTH} {HEIGHT + 20}">{marks}{drawn}'
        f'<text x="{WIDTH - 40}" y="{HEIGHT + 16}">{end} s</text></svg>'
    )


def curve(points: list[tuple[float, float]], colour: str, end: int) -> str:
    """Each by a scale of its own, which the legend names."""
    top = max(*(value for _, value in points), 1.0) if len(points) > 1 else 1.0
    places = " ".join(f"{x(at, end)},{round(HEIGHT - value / top * HEIGHT, 1)}" for at, value in points)
    return f'<polyline points="{places}" fill="none" stroke="{colour}"/>'


def x(seconds: float, end: int) -> float:
    return round(seconds / end * WIDTH, 1)


def by_second(samples: list[tuple[float, int, int]]) -> list[int]:
    """What was committed in each second."""
    rates: list[int] = []
    before = 0
    for seconds, committed, _ in samples:
        rates.extend([0] * (int(seconds) + 1 - len(rates)))
        rates[int(seconds)] += committed - before
        before = committed
    return rates
