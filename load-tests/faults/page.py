"""A report as one page: for each suite its throughput over time, with the faults as marks."""

from html import escape
from typing import Any

from invariants import broken

WIDTH, HEIGHT, LEFT = 960, 160, 60

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
    """Uploads committed a second, by seconds; faults as lines from their beginning to their end."""
    rates = by_second(one.get("samples", []))
    if not rates:
        return ""
    end, top = max(len(rates), 1), max(max(rates), 1)

    def x(seconds: float) -> float:
        return round(LEFT + seconds / end * (WIDTH - LEFT), 1)

    points = " ".join(
        f"{x(second + 0.5)},{round(HEIGHT - rate / top * HEIGHT, 1)}" for second, rate in enumerate(rates)
    )
    marks = "".join(
        f'<rect x="{x(note["began"])}" y="0" width="{max(1.5, x(note.get("over", note["began"])) - x(note["began"]))}"'
        f' height="{HEIGHT}" fill="#b3261e" opacity="0.25"><title>{escape(note["kind"])}</title></rect>'
        for note in one.get("faults", [])
        if "began" in note
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 20}">{marks}<polyline points="{points}" fill="none" stroke="#1f5fa8"/>'
        f'<text x="0" y="12">{top}/s</text><text x="0" y="{HEIGHT}">0</text>'
        f'<text x="{WIDTH - 40}" y="{HEIGHT + 16}">{end} s</text></svg>'
    )


def by_second(samples: list[tuple[float, int]]) -> list[int]:
    """What was committed in each second."""
    rates: list[int] = []
    before = 0
    for seconds, committed in samples:
        rates.extend([0] * (int(seconds) + 1 - len(rates)))
        rates[int(seconds)] += committed - before
        before = committed
    return rates
