"""Works out golden.json: PDQ of drawn pictures by the independent package `pdqhash` (PyPI).

The pictures are drawn again, pixel by pixel, by `Drawing.swift` beside this folder: whole numbers only, so that both
draw the same. Run with numpy and pdqhash 0.2.8:

    python3 generate.py > golden.json
"""

import json

import numpy
import pdqhash

MASK = 0xFFFFFFFFFFFFFFFF


def mix(counter):
    """SplitMix64's output for an array of counters, seed 0."""
    z = (counter.astype(numpy.uint64) + numpy.uint64(1)) * numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def number(counter):
    return int(mix(numpy.array([counter & MASK], dtype=numpy.uint64))[0])


def noise(x, y, width, seed):
    """0…255 a pixel."""
    return (mix((y * width + x + seed * 1_000_003).astype(numpy.uint64)) >> numpy.uint64(56)).astype(numpy.int64)


def gradient(x, y, width, height, seed):
    slope = (x * 160) // width + (y * 64) // height
    return slope + noise(x, y, width, seed) // 8


def discs(x, y, width, height, seed):
    value = numpy.full(x.shape, 40, dtype=numpy.int64)
    for disc in range(24):
        base = seed * 1_000 + disc * 4
        centre_x = number(base) % width
        centre_y = number(base + 1) % height
        radius = 1 + number(base + 2) % (max(width, height) // 5 + 1)
        inside = (x - centre_x) ** 2 + (y - centre_y) ** 2 <= radius * radius
        value = numpy.where(inside, number(base + 3) % 256, value)
    return value


def blocks(x, y, width, height, seed):
    """Rows of dark cells on light ground, as text looks from far away."""
    cell_x, cell_y = max(1, width // 40), max(1, height // 24)
    column, row = x // cell_x, y // cell_y
    ink = (mix((row * 4_096 + column + seed * 7_919).astype(numpy.uint64)) >> numpy.uint64(62)) != 0
    return numpy.where(ink & (row % 3 != 2), 30, 225) + noise(x, y, width, seed) // 32


def faint(x, y, width, height, seed):
    """Discs of little contrast: qualities between plain and busy."""
    return 112 + discs(x, y, width, height, seed) // (4 + seed % 12)


def plain_noise(x, y, width, height, seed):
    return noise(x, y, width, seed)


def flat(x, y, width, height, seed):
    return numpy.full(x.shape, 128, dtype=numpy.int64)


PATTERNS = {
    "gradient": gradient, "discs": discs, "blocks": blocks, "faint": faint, "noise": plain_noise, "flat": flat,
}

SIZES = [
    (64, 64), (65, 63), (63, 65), (128, 128), (129, 127), (5, 5), (4, 9), (9, 4), (1, 1), (6, 200), (301, 200),
    (512, 512), (1024, 768), (2000, 37), (37, 2000), (640, 1285),
    # A place here is less than a pixel, so that many elements lie within rounding of one another, whatever the quality.
    (8, 7), (11, 8), (16, 16), (31, 33), (466, 319),
]


def draw(pattern, width, height, channels, seed):
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.int64)
    planes = [PATTERNS[pattern](x, y, width, height, seed + channel) for channel in range(channels)]
    picture = numpy.clip(numpy.stack(planes, axis=2), 0, 255).astype(numpy.uint8)
    return numpy.repeat(picture, 3, axis=2) if channels == 1 else picture


def hexadecimal(bits):
    return "%064x" % int("".join(str(int(bit)) for bit in bits), 2)


def main():
    vectors = []
    for size, (width, height) in enumerate(SIZES):
        for index, pattern in enumerate(PATTERNS):
            for channels in (1, 3):
                seed = 1 + 100 * size + 10 * index + channels
                picture = draw(pattern, width, height, channels, seed)
                bits, quality = pdqhash.compute(picture)
                turned, dihedral_quality = pdqhash.compute_dihedral(picture)
                vectors.append({
                    "pattern": pattern, "width": width, "height": height, "channels": channels, "seed": seed,
                    "pdq": hexadecimal(bits), "quality": quality,
                    "dihedral": [hexadecimal(bits) for bits in turned], "dihedralQuality": dihedral_quality,
                })
    print("[\n" + ",\n".join(json.dumps(vector) for vector in vectors) + "\n]")


if __name__ == "__main__":
    main()
