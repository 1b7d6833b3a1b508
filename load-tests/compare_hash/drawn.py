"""Pictures to hash, made from seeds: scenes with the light, texture and grain of photographs, and drawn ones.

Nobody and nothing in them is real.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Plane = npt.NDArray[np.float64]
Random = np.random.Generator
Colour = tuple[int, int, int]


def scene(kind: str, width: int, height: int, seed: int) -> Image.Image:
    """An RGB picture of one of `KINDS`; the same arguments give the same picture."""
    draw = np.random.default_rng([seed, KINDS.index(kind)])
    return PAINTERS[kind](draw, width, height)


# What the painters share.


def cloud(draw: Random, width: int, height: int, rough: float = 0.55, cells: int = 3) -> Plane:
    """Fractal noise, 0 to 1: noise of ever finer grids, each with less weight."""
    total = np.zeros((height, width))
    weight = 1.0
    while cells < max(width, height):
        grid = Image.fromarray(draw.random((cells, cells), dtype=np.float32), mode="F")
        total += weight * np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC))
        weight *= rough
        cells *= 2
    lowest, spread = total.min(), float(np.ptp(total))
    scaled: Plane = (total - lowest) / (spread or 1.0)
    return scaled


def photo(draw: Random, planes: Plane, grain: float = 4) -> Image.Image:
    """(height, width, 3), 0 to 255, as a camera has it: darker corners and grain."""
    height, width = planes.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    dimmed = planes * (1 - 0.18 * (x**2 + y**2))[:, :, None]
    grains = draw.normal(0, grain, (height, width, 1)) + draw.normal(0, grain / 3, planes.shape)
    return Image.fromarray(np.clip(dimmed + grains, 0, 255).astype(np.uint8))


def tinted(plane: Plane, dark: Colour, light: Colour) -> Plane:
    mixed: Plane = np.asarray(dark) + plane[:, :, None] * (np.asarray(light) - np.asarray(dark))
    return mixed


def colour(draw: Random, low: int = 0, high: int = 256) -> Colour:
    red, green, blue = (int(part) for part in draw.integers(low, high, 3))
    return red, green, blue


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(8, size))


def words(draw: Random, count: int) -> str:
    syllables = ["ba", "ro", "ti", "mel", "sun", "da", "ko", "lin", "ves", "pa", "tor", "ny"]
    return " ".join("".join(draw.choice(syllables, int(draw.integers(1, 4)))) for _ in range(count))


# The painters.


def hills(draw: Random, width: int, height: int) -> Image.Image:
    """Sky, a sun, and ridges one before the other."""
    planes = tinted(np.linspace(0, 1, height)[:, None] * np.ones(width), (70, 110, 190), (215, 205, 190))
    planes += 60 * (cloud(draw, width, height)[:, :, None] - 0.5)
    y, x = np.mgrid[0:height, 0:width]
    sun = np.hypot(x - draw.uniform(0.1, 0.9) * width, y - draw.uniform(0.05, 0.35) * height) / (0.5 * height)
    planes += 120 * np.exp(-((3 * sun) ** 2))[:, :, None]
    for ridge in range(4):
        line = (0.35 + 0.15 * ridge + 0.25 * (cloud(draw, width, 4, 0.5)[0] - 0.5)) * height
        below = y > line
        ground = tinted(cloud(draw, width, height, 0.8), (20, 40, 30), colour(draw, 60, 150))
        planes = np.where(below[:, :, None], ground, planes)
    return photo(draw, planes)


def portrait(draw: Random, width: int, height: int) -> Image.Image:
    """A head and shoulders before something out of focus."""
    back = Image.fromarray(np.uint8(tinted(cloud(draw, width, height, 0.7), colour(draw, 0, 120), colour(draw, 100))))
    paint = ImageDraw.Draw(back)
    middle, head = width * draw.uniform(0.35, 0.65), height * draw.uniform(0.16, 0.24)
    neck = height * 0.62
    clothes, skin, hair = colour(draw), colour(draw, 90, 230), colour(draw, 10, 110)
    paint.ellipse((middle - 2.2 * head, neck, middle + 2.2 * head, height * 1.5), clothes)
    paint.rectangle((middle - 0.4 * head, neck - 0.6 * head, middle + 0.4 * head, neck + 0.3 * head), skin)
    top = neck - 2.7 * head
    paint.ellipse((middle - 1.1 * head, top - 0.3 * head, middle + 1.1 * head, top + 2 * head), hair)
    paint.ellipse((middle - 0.85 * head, top, middle + 0.85 * head, top + 2.5 * head), skin)
    for side in (-1, 1):
        eye = middle + side * 0.35 * head
        paint.ellipse((eye - 0.15 * head, top + 0.95 * head, eye + 0.15 * head, top + 1.15 * head), (25, 25, 30))
    paint.arc((middle - 0.4 * head, top + 1.3 * head, middle + 0.4 * head, top + 2 * head), 20, 160, (120, 40, 40), 4)
    soft = back.filter(ImageFilter.GaussianBlur(max(width, height) / 300))
    light = np.linspace(1.15, 0.75, width)[None, :, None]
    return photo(draw, np.asarray(soft) * light, 5)


def street(draw: Random, width: int, height: int) -> Image.Image:
    """Houses with windows on both sides of a road."""
    image = Image.fromarray(np.uint8(tinted(cloud(draw, width, height), (130, 150, 180), (220, 225, 235))))
    paint = ImageDraw.Draw(image)
    horizon = height * draw.uniform(0.5, 0.65)
    paint.rectangle((0, horizon, width, height), (90, 90, 95))
    centre = width * draw.uniform(0.4, 0.6)
    paint.polygon(
        [(centre - 8, horizon), (centre + 8, horizon), (width * 0.9, height), (width * 0.1, height)], (60, 60, 64)
    )
    left = 0.0
    while left < width:
        wide, high = width * draw.uniform(0.08, 0.2), height * draw.uniform(0.25, 0.6)
        wall = colour(draw, 60, 200)
        paint.rectangle((left, horizon - high, left + wide, horizon + height * 0.05), wall, (30, 30, 30))
        rows, columns = int(draw.integers(3, 9)), int(draw.integers(2, 6))
        for row in range(rows):
            for column in range(columns):
                x, y = left + wide * (column + 0.25) / columns, horizon - high + high * (row + 0.25) / rows
                lit = (250, 230, 150) if draw.random() < 0.3 else (40, 50, 65)
                paint.rectangle((x, y, x + wide / columns / 2, y + high / rows / 2), lit)
        left += wide
    return photo(draw, np.asarray(image).astype(float), 6)


def table(draw: Random, width: int, height: int) -> Image.Image:
    """Balls with light and shadow on a grained table."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    grain = np.sin(y / height * 90 + 14 * cloud(draw, width, height, 0.4)) * 0.5 + 0.5
    planes = tinted(grain, (70, 45, 25), (150, 105, 65))
    planes[: height // 3] = tinted(cloud(draw, width, height), colour(draw), colour(draw))[: height // 3]
    for _ in range(int(draw.integers(4, 9))):
        radius = height * draw.uniform(0.07, 0.2)
        left, top = draw.uniform(0, width), draw.uniform(height * 0.3, height * 0.85)
        shadow = np.hypot((x - left - radius * 0.6) / 1.6, (y - top - radius * 0.8) * 2) < radius
        planes[shadow] *= 0.45
        inside = np.hypot(x - left, y - top) < radius
        lit = np.clip(1.1 - np.hypot(x - left + radius * 0.35, y - top + radius * 0.4) / (1.4 * radius), 0.08, 1)
        planes = np.where(inside[:, :, None], lit[:, :, None] * np.asarray(colour(draw, 80)), planes)
    return photo(draw, planes)


def clouds(draw: Random, width: int, height: int) -> Image.Image:
    """Nothing but colours that run into one another: smoke, water, stone."""
    first, second = cloud(draw, width, height, 0.6), cloud(draw, width, height, 0.75)
    planes = tinted(first, colour(draw, 0, 100), colour(draw, 150)) * (0.5 + second[:, :, None])
    return photo(draw, planes, 3)


def page(draw: Random, width: int, height: int) -> Image.Image:
    """A printed page, headed, with a picture in it, photographed a little askew."""
    image = Image.new("RGB", (width, height), (236, 233, 224))
    paint = ImageDraw.Draw(image)
    size = height / draw.integers(28, 44)
    paint.text((width * 0.08, height * 0.05), words(draw, 3).upper(), (20, 20, 20), font(2.2 * size))
    y = height * 0.17
    shown = draw.uniform(0.25, 0.7) * height
    while y < height * 0.95:
        beside = shown < y < shown + height * 0.22
        left = width * (0.5 if beside else 0.08)
        paint.text((left, y), words(draw, 4 if beside else 9), (35, 35, 40), font(size))
        y += 1.4 * size
    inset = tinted(cloud(draw, int(width * 0.36), int(height * 0.2)), colour(draw, 0, 90), colour(draw, 140))
    image.paste(Image.fromarray(np.uint8(inset)), (int(width * 0.08), int(shown)))
    turned = image.rotate(draw.uniform(-2, 2), Image.Resampling.BICUBIC, fillcolor=(110, 90, 70))
    return photo(draw, np.asarray(turned).astype(float), 3)


def emblem(draw: Random, width: int, height: int) -> Image.Image:
    """A drawn sign: few flat colours, hard edges, one line of writing. As it left the program that drew it."""
    image = Image.new("RGB", (width, height), colour(draw))
    paint = ImageDraw.Draw(image)
    for band in range(int(draw.integers(2, 5))):
        top = height * band / 4
        paint.rectangle((0, top, width, top + height * draw.uniform(0.08, 0.2)), colour(draw))
    left, top, size = width * draw.uniform(0.2, 0.4), height * draw.uniform(0.15, 0.3), min(width, height) * 0.45
    paint.ellipse((left, top, left + size, top + size), colour(draw), colour(draw), 6)
    turn = draw.uniform(0, 2 * np.pi)
    for inset, points in ((0.5, int(draw.integers(3, 9))), (0.28, 5)):
        angles = turn + np.arange(points) * 2 * np.pi / points
        corners = [
            (left + size / 2 + inset * size * np.cos(angle), top + size / 2 + inset * size * np.sin(angle))
            for angle in angles
        ]
        paint.polygon(corners, colour(draw))
    paint.text((width * 0.15, height * 0.82), words(draw, 2).upper(), colour(draw), font(height * 0.1))
    return image


def crowd(draw: Random, width: int, height: int) -> Image.Image:
    """Many small shapes, larger to the front: people from afar, leaves, stones."""
    image = Image.fromarray(np.uint8(tinted(cloud(draw, width, height), (60, 70, 60), (170, 170, 150))))
    paint = ImageDraw.Draw(image)
    for y in np.sort(draw.uniform(0.25, 1.1, 500)) * height:
        size = (0.012 + 0.05 * (y / height) ** 2) * height
        x = draw.uniform(-0.05, 1.05) * width
        paint.ellipse((x - size, y - 1.6 * size, x + size, y + 2 * size), colour(draw, 10, 220))
        paint.ellipse((x - size / 2, y - 2.4 * size, x + size / 2, y - 1.3 * size), colour(draw, 90, 230))
    return photo(draw, np.asarray(image).astype(float), 7)


def night(draw: Random, width: int, height: int) -> Image.Image:
    """Mostly dark, with lamps and their haloes; much grain."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    planes = tinted(cloud(draw, width, height), (4, 5, 12), (45, 48, 62))
    for _ in range(int(draw.integers(8, 30))):
        away = np.hypot(x - draw.uniform(0, width), y - draw.uniform(0.2, 0.9) * height)
        size = height * draw.uniform(0.005, 0.03)
        light = np.clip(np.exp(-((away / size) ** 2)) + 0.25 * np.exp(-away / (5 * size)), 0, 1)
        planes += light[:, :, None] * np.asarray(colour(draw, 150))
    return photo(draw, planes, 12)


def plan(draw: Random, width: int, height: int) -> Image.Image:
    """A map: streets as lines, fields of colour, a river, names."""
    image = Image.new("RGB", (width, height), (240, 238, 230))
    paint = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = draw.uniform(0, width), draw.uniform(0, height)
        wide, high = draw.uniform(0.05, 0.3, 2) * width
        paint.rectangle((x, y, x + wide, y + high), colour(draw, 170, 240))
    middles = draw.uniform(0.2, 0.8, 8) * height
    paint.line(list(zip(np.linspace(0, width, 8), middles, strict=True)), (120, 170, 220), int(height * 0.05))
    for _ in range(30):
        ends = [(draw.uniform(-0.1, 1.1) * width, draw.uniform(-0.1, 1.1) * height) for _ in range(2)]
        paint.line(ends, (200, 120, 60) if draw.random() < 0.3 else (130, 130, 130), int(draw.integers(2, 9)))
    for _ in range(10):
        at = draw.uniform(0, 0.85) * width, draw.uniform(0, 0.95) * height
        paint.text(at, words(draw, 1), (30, 30, 60), font(height / 30))
    return image


PAINTERS: dict[str, Callable[[Random, int, int], Image.Image]] = {
    painter.__name__: painter for painter in (hills, portrait, street, table, clouds, page, emblem, crowd, night, plan)
}
KINDS = list(PAINTERS)
SHAPES = [(800, 600), (640, 480), (600, 800), (1024, 768), (720, 720)]


def originals() -> dict[str, Image.Image]:
    """Of each kind one in each of five shapes, by name."""
    return {
        f"{kind}-{width}x{height}": scene(kind, width, height, seed=100 + number)
        for kind in KINDS
        for number, (width, height) in enumerate(SHAPES)
    }
