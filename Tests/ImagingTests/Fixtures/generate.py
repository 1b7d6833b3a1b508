"""Draws one scene and saves it in the ways that pictures come in. Run with numpy and Pillow 13:

    python3 generate.py

Everything is drawn here; nothing is a photograph. All files but those named `half-…` show the same scene;
those named `ink-…` do on white paper.
"""

import io
import struct
import zlib

import numpy
from PIL import Image, ImageCms

WIDTH, HEIGHT = 256, 192


def scene():
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH].astype(numpy.float64)
    planes = []
    for channel, (dx, dy) in enumerate([(0.5, 0.1), (0.2, 0.6), (-0.3, 0.4)]):
        planes.append(110 + dx * (x - WIDTH / 2) + dy * (y - HEIGHT / 2))
    picture = numpy.stack(planes, axis=2)
    random = numpy.random.default_rng(7)
    for _ in range(40):
        centre_x, centre_y = random.uniform(0, WIDTH), random.uniform(0, HEIGHT)
        radius, colour = random.uniform(8, 40), random.uniform(0, 255, 3)
        inside = (x - centre_x) ** 2 + (y - centre_y) ** 2 < radius * radius
        picture[inside] = 0.1 * picture[inside] + 0.9 * colour
    return numpy.clip(picture, 0, 255).astype(numpy.uint8)


def png16(picture):
    """16 bits a channel, which Pillow does not write."""
    wide = picture.astype(">u2") * 257
    colour = {3: 2, 4: 6}[picture.shape[2]]

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    flat = wide.reshape(HEIGHT, -1).view(numpy.uint8)
    above = numpy.vstack([numpy.zeros_like(flat[:1]), flat[:-1]])
    rows = b"".join(b"\2" + row.tobytes() for row in flat - above)  # filter "up"
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def profile(primaries, gamma=None):
    """A matrix/curve display profile (ICC.1:2022) with sRGB's curve, or a plain gamma."""

    def xyz(values):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    if gamma is None:
        parameters = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
        curve = b"para\0\0\0\0\0\3\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in parameters)
    else:
        curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    text = "drawn".encode("utf-16-be")
    description = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(text), 28) + text
    description += b"\0" * (-len(description) % 4)
    tags = {
        b"desc": description, b"cprt": description, b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        b"rXYZ": xyz(primaries[0]), b"gXYZ": xyz(primaries[1]), b"bXYZ": xyz(primaries[2]),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }
    offset = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data
    header = struct.pack(
        ">I4sI4s4s4s12x4s4s4xI4s4xQI3i", 128 + len(table) + len(body), b"\0\0\0\0", 0x04300000, b"mntr", b"RGB ",
        b"XYZ ", b"acsp", b"\0\0\0\0", 0, b"\0\0\0\0", 0, 0, 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + body


SRGB = [(0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)]


def save(name, image, **options):
    image.save(name, **options)


def main():
    pixels = scene()
    picture = Image.fromarray(pixels)
    save("scene.png", picture, optimize=True)
    save("scene.jpg", picture, quality=90)
    save("progressive.jpg", picture, quality=90, progressive=True)
    save("grey.jpg", picture.convert("L"), quality=90)
    save("grey.png", picture.convert("L"), optimize=True)
    save("palette.png", picture.quantize(256), optimize=True)
    save("one-bit.png", picture.convert("1"), optimize=True)
    save("scene.gif", picture.quantize(256))
    second = Image.fromarray(255 - pixels)
    save("animated.gif", picture.quantize(128), save_all=True, append_images=[second.quantize(128)], duration=100)
    save("animated.webp", picture, save_all=True, append_images=[second], duration=100, quality=80)
    save("scene.webp", picture, quality=85)
    save("scene.avif", picture, quality=80)
    save("scene.tif", picture, compression="tiff_adobe_deflate", tiffinfo={317: 2})
    save("cmyk.jpg", picture.convert("CMYK"), quality=90)
    save("cmyk.tif", picture.convert("CMYK"), compression="tiff_adobe_deflate", tiffinfo={317: 2})
    with open("sixteen-bit.png", "wb") as file:
        file.write(png16(pixels))
    grey16 = Image.fromarray(numpy.asarray(picture.convert("L")).astype(numpy.uint16) * 257)
    save("sixteen-bit-grey.png", grey16, optimize=True)

    # What is stored is turned so that the orientation's opposite shows the scene again.
    stored = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    for orientation, turn in stored.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"orientation-{orientation}.jpg", picture.transpose(turn), quality=90, exif=exif.tobytes())
    exif = Image.Exif()
    exif[0x0112] = 1
    save("orientation-1.jpg", picture, quality=90, exif=exif.tobytes())

    # A profile for sRGB, and one whose primaries stand in another order: seen without it, the colours are wrong.
    save("srgb-profile.jpg", picture, quality=90, icc_profile=profile(SRGB))
    little_cms = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    save("little-cms-profile.jpg", picture, quality=90, icc_profile=little_cms)
    turned = Image.fromarray(numpy.ascontiguousarray(pixels[:, :, [1, 2, 0]]))
    turned_profile = profile([SRGB[1], SRGB[2], SRGB[0]])
    save("turned-profile.jpg", turned, quality=90, subsampling=0, icc_profile=turned_profile)
    save("turned-profile.png", turned, optimize=True, icc_profile=turned_profile)
    save("broken-profile.jpg", picture, quality=90, icc_profile=b"not a profile" * 20)

    # The right half is transparent, with bright noise underneath that no viewer shows.
    half = numpy.dstack([pixels, numpy.full((HEIGHT, WIDTH), 255, dtype=numpy.uint8)])
    columns = slice(WIDTH // 2, None)
    noise = numpy.random.default_rng(8).integers(0, 2, (HEIGHT // 8, WIDTH // 16, 3), dtype=numpy.uint8) * 255
    half[:, columns, :3] = noise.repeat(8, axis=0).repeat(8, axis=1)
    half[:, columns, 3] = 0
    save("half-transparent.png", Image.fromarray(half), optimize=True)
    save("half-transparent.webp", Image.fromarray(half), lossless=True, exact=True)
    shown = pixels.copy()
    shown[:, columns] = 0
    save("half-black.png", Image.fromarray(shown), optimize=True)

    # Black ink, as much of it as the scene is dark.
    cover = 255 - numpy.asarray(picture.convert("L"))
    ink = numpy.dstack([numpy.zeros_like(pixels), cover])
    save("ink-rgb.png", Image.fromarray(ink), optimize=True)
    save("ink-grey.png", Image.fromarray(numpy.dstack([numpy.zeros_like(cover), cover])), optimize=True)
    save("ink.webp", Image.fromarray(ink), quality=85)
    with open("ink-sixteen-bit.png", "wb") as file:
        file.write(png16(ink))
    steps = Image.fromarray(numpy.asarray(cover) // 16)
    steps.putpalette([0, 0, 0] * 16)
    save("ink-palette.png", steps, optimize=True, transparency=bytes(range(0, 256, 17)))


if __name__ == "__main__":
    main()
