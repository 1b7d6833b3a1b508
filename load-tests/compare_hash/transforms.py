"""What happens to pictures between their first upload and the next: thirty ways, each the same for every picture."""

import io
from collections.abc import Callable

import numpy as np
from drawn import font
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

Picture = Image.Image
Transform = Callable[[Picture], Picture]
UPLOAD_QUALITY = 85
"""Of the JPEG file that each changed picture is uploaded as."""


def saved(picture: Picture, quality: int = UPLOAD_QUALITY) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def jpeg(quality: int) -> Transform:
    return lambda picture: Image.open(io.BytesIO(saved(picture, quality))).convert("RGB")


def scaled(across: float, down: float | None = None) -> Transform:
    def apply(picture: Picture) -> Picture:
        size = round(picture.width * across), round(picture.height * (down or across))
        return picture.resize(size, Image.Resampling.BICUBIC)

    return apply


def squared(picture: Picture) -> Picture:
    """Stretched to a square; one that is square already to 4:3."""
    side = min(picture.size)
    wide = side if picture.width != picture.height else side * 4 // 3
    return picture.resize((wide, side), Image.Resampling.BICUBIC)


def cropped(share: float, left: float = 0.5, top: float = 0.5) -> Transform:
    """`share` of the width and of the height is lost, and of that so much at the left and at the top."""

    def apply(picture: Picture) -> Picture:
        x, y = share * picture.width, share * picture.height
        box = x * left, y * top, picture.width - x * (1 - left), picture.height - y * (1 - top)
        return picture.crop(tuple(round(edge) for edge in box))  # type: ignore[arg-type]

    return apply


def noisy(deviation: float) -> Transform:
    def apply(picture: Picture) -> Picture:
        noise = np.random.default_rng(5).normal(0, deviation, (picture.height, picture.width, 3))
        return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))

    return apply


def captioned(picture: Picture) -> Picture:
    """One line on a dark band over the lowest tenth."""
    copy = picture.copy()
    paint = ImageDraw.Draw(copy)
    top = copy.height * 0.9
    paint.rectangle((0, top, copy.width, copy.height), (0, 0, 0))
    paint.text(
        (copy.width * 0.05, top + copy.height * 0.02), "shared by somebody", (255, 255, 255), font(copy.height / 20)
    )
    return copy


def lettered(picture: Picture) -> Picture:
    """Large white letters with black edges above and below, as on pictures that are passed on as jokes."""
    copy = picture.copy()
    paint = ImageDraw.Draw(copy)
    size = copy.height / 7
    for y, text in ((0.03, "WHEN YOU SEE"), (0.82, "ALL OF THIS")):
        at = (copy.width * 0.05, copy.height * y)
        paint.text(at, text, (255, 255, 255), font(size), stroke_width=round(size / 12), stroke_fill=(0, 0, 0))
    return copy


def marked(picture: Picture) -> Picture:
    """A sign in a corner, a tenth as wide as the picture."""
    copy = picture.copy()
    side = copy.width / 10
    box = (copy.width - 1.3 * side, copy.height - 1.3 * side, copy.width - 0.3 * side, copy.height - 0.3 * side)
    ImageDraw.Draw(copy).ellipse(box, (230, 30, 30), (255, 255, 255), 4)
    return copy


def framed(share: float, colour: str) -> Transform:
    """A border around it, each side `share` of the width."""
    return lambda picture: ImageOps.expand(picture, round(share * picture.width), colour)


def screenshot(picture: Picture) -> Picture:
    """As a telephone shows it: full width, with a bar above it, and words and buttons below."""
    width, height = 720, 1280
    screen = Image.new("RGB", (width, height), (250, 250, 250))
    shown = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.BICUBIC)
    screen.paste(shown, (0, 150))
    paint = ImageDraw.Draw(screen)
    paint.rectangle((0, 0, width, 60), (30, 30, 34))
    paint.text((30, 80), "somebody", (20, 20, 20), font(36))
    for line in range(3):
        paint.text((30, 190 + shown.height + 50 * line), "words about the picture", (60, 60, 60), font(32))
    return screen


def turned(degrees: float) -> Transform:
    """Around its middle; what comes into view is black."""
    return lambda picture: picture.rotate(degrees, Image.Resampling.BICUBIC)


def askew(picture: Picture) -> Picture:
    """Photographed from a screen: seen a little from the side, out of focus, with the stripes of its pixels."""
    wide, high = picture.size
    corners = (0.0, 0.03 * high, 0.0, 0.98 * high, 0.97 * wide, 1.0 * high, 1.0 * wide, 0.0)
    seen = picture.transform(picture.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    pixels = np.asarray(seen.filter(ImageFilter.GaussianBlur(1.5))).astype(float)
    y, x = np.mgrid[0:high, 0:wide]
    pixels *= (1 + 0.08 * np.sin(x * 0.9 + y * 0.05))[:, :, None]
    return Image.fromarray(np.clip(pixels * 0.9 + 12, 0, 255).astype(np.uint8))


def brightness(factor: float) -> Transform:
    return lambda picture: ImageEnhance.Brightness(picture).enhance(factor)


ALL: dict[str, Transform] = {
    "JPEG, quality 50": jpeg(50),
    "JPEG, quality 20": jpeg(20),
    "JPEG, quality 5": jpeg(5),
    "half as wide and high": scaled(0.5),
    "an eighth as wide and high": scaled(0.125),
    "twice as wide and high": scaled(2),
    "stretched to another shape": squared,
    "cropped: 1 % of width and height, around the middle": cropped(0.01),
    "cropped: 3 %": cropped(0.03),
    "cropped: 5 %": cropped(0.05),
    "cropped: 10 %": cropped(0.10),
    "cropped: 20 %": cropped(0.20),
    "cropped: 5 %, all at the left and the top": cropped(0.05, 1, 1),
    "blurred by 2 pixels (standard deviation)": lambda picture: picture.filter(ImageFilter.GaussianBlur(2)),
    "blurred by 8 pixels": lambda picture: picture.filter(ImageFilter.GaussianBlur(8)),
    "noise of 10 in 255 (standard deviation)": noisy(10),
    "noise of 40 in 255": noisy(40),
    "brighter by 40 %": brightness(1.4),
    "darker by 50 %": brightness(0.5),
    "contrast doubled": lambda picture: ImageEnhance.Contrast(picture).enhance(2),
    "without colour": lambda picture: picture.convert("L").convert("RGB"),
    "caption over the lowest tenth": captioned,
    "large letters above and below": lettered,
    "sign of a tenth in a corner": marked,
    "white border of 5 %": framed(0.05, "white"),
    "screenshot of a telephone": screenshot,
    "mirrored": ImageOps.mirror,
    "turned by 90°": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "turned by 5°": turned(5),
    "photographed from a screen, a little askew": askew,
}
