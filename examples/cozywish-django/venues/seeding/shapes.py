"""Shapes that several pictures are drawn with. Each gives a piece of SVG."""

from random import Random

WIDTH = 1200
HEIGHT = 900


def n(value: float) -> str:
    """Two decimals are finer than a pixel, and keep the files small."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def vertical_gradient(name: str, colors: tuple[str, ...]) -> str:
    stops = "".join(
        f'<stop offset="{n(index / (len(colors) - 1))}" stop-color="{color}"/>' for index, color in enumerate(colors)
    )
    return f'<linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient>'


def glow(name: str, color: str, strength: float = 1) -> str:
    stops = "".join(
        f'<stop offset="{at}" stop-color="{color}" stop-opacity="{n(strength * part)}"/>'
        for at, part in (("0", 1), (".4", 0.45), ("1", 0))
    )
    return f'<radialGradient id="{name}">{stops}</radialGradient>'


def background(fill: str) -> str:
    return f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{fill}"/>'


def hills(random: Random, y: float, height: float, bottom: float, color: str) -> str:
    """Hills across the whole width, down to `bottom`."""
    points = [(WIDTH * step / 4, y + random.uniform(-height, height)) for step in range(5)]
    return f'<path d="{curve(points)}V{n(bottom)}H0z" fill="{color}"/>'


def curve(points: list[tuple[float, float]]) -> str:
    """A smooth line through the points, level at each of them."""
    (last_x, last_y), *rest = points
    path = f"M{n(last_x)} {n(last_y)}"
    for x, y in rest:
        middle = (last_x + x) / 2
        path += f"C{n(middle)} {n(last_y)} {n(middle)} {n(y)} {n(x)} {n(y)}"
        last_x, last_y = x, y
    return path


def glints(random: Random, x: float, top: float, bottom: float, color: str, spread: float = 120) -> str:
    """Short lines of light on water, wider and further apart towards the viewer."""
    lines, y, gap = [], top, 13.0
    while y < bottom:
        width = random.uniform(0.5, 1) * spread + gap * 1.6
        opacity = 0.8 * (1 - (y - top) / (bottom - top)) + 0.06
        left = x - width / 2 + random.uniform(-22, 22)
        lines.append(
            f'<rect x="{n(left)}" y="{n(y)}" width="{n(width)}" height="{n(3 + gap * 0.09)}" rx="3" '
            f'fill="{color}" opacity="{n(opacity)}"/>'
        )
        y += gap
        gap *= 1.22
    return "".join(lines)


def pebble(x: float, y: float, width: float, height: float, color: str) -> str:
    """Flat below, rounded above, with a soft light on its shoulder."""
    w, h = width / 2, height
    body = (
        f"M{n(x - w)} {n(y - h * 0.42)}C{n(x - w)} {n(y - h * 0.86)} {n(x - w * 0.5)} {n(y - h)} {n(x + w * 0.06)} "
        f"{n(y - h)}S{n(x + w)} {n(y - h * 0.8)} {n(x + w)} {n(y - h * 0.4)}S{n(x + w * 0.5)} {n(y)} {n(x)} {n(y)}"
        f"S{n(x - w)} {n(y - h * 0.06)} {n(x - w)} {n(y - h * 0.42)}z"
    )
    light = (
        f"M{n(x - w * 0.7)} {n(y - h * 0.6)}C{n(x - w * 0.5)} {n(y - h * 0.8)} {n(x - w * 0.2)} {n(y - h * 0.86)} "
        f"{n(x + w * 0.14)} {n(y - h * 0.86)}"
    )
    return (
        f'<path d="{body}" fill="{color}"/><path d="{light}" fill="none" stroke="#fff" stroke-opacity=".3" '
        f'stroke-width="{n(h * 0.06)}" stroke-linecap="round"/>'
    )


def arch(x: float, bottom: float, width: float, height: float) -> str:
    """An arch that stands on `bottom`, as a path."""
    r = width / 2
    return f"M{n(x - r)} {n(bottom)}V{n(bottom - height + r)}a{n(r)} {n(r)} 0 0 1 {n(width)} 0V{n(bottom)}z"


def stem(x: float, y: float, height: float, lean: float, color: str, pairs: int = 6) -> str:
    """With pairs of leaves, growing from (x, y) upwards."""
    leaves = []
    for index in range(pairs):
        at = (index + 1.4) / (pairs + 0.6)
        size = height * 0.2 * (1.12 - at * 0.6)
        for side in (-1, 1):
            angle = side * 52 + lean / height * 50
            leaves.append(_leaf(x + lean * at * at, y - height * at, size, angle, color))
    line = (
        f'<path d="M{n(x)} {n(y)}Q{n(x)} {n(y - height / 2)} {n(x + lean)} {n(y - height)}" fill="none" '
        f'stroke="{color}" stroke-width="{n(height * 0.012)}" stroke-linecap="round"/>'
    )
    top = _leaf(x + lean, y - height * 0.97, height * 0.13, lean / height * 60, color)
    return line + "".join(leaves) + top


def _leaf(x: float, y: float, size: float, angle: float, color: str) -> str:
    half = n(size * 0.27)
    return (
        f'<path transform="translate({n(x)} {n(y)}) rotate({n(angle)})" d="M0 0C{half} {n(-size * 0.3)} {half} '
        f'{n(-size * 0.75)} 0 {n(-size)}C-{half} {n(-size * 0.75)} -{half} {n(-size * 0.3)} 0 0z" fill="{color}"/>'
    )


def steam(random: Random, x: float, y: float, height: float, count: int = 3) -> str:
    """Threads that fade as they rise."""
    threads = []
    for index in range(count):
        at = x + (index - (count - 1) / 2) * 46 + random.uniform(-8, 8)
        rise = height * random.uniform(0.75, 1)
        sway = random.uniform(18, 34) * (1 if index % 2 == 0 else -1)
        path = (
            f"M{n(at)} {n(y)}c{n(sway)} {n(-rise / 4)} {n(-sway)} {n(-rise / 2)} 0 {n(-rise * 0.66)}"
            f"s{n(sway)} {n(-rise * 0.2)} {n(sway / 3)} {n(-rise * 0.34)}"
        )
        threads.append(
            f'<path d="{path}" fill="none" stroke="#fff" stroke-opacity=".34" stroke-width="11" '
            f'stroke-linecap="round"/>'
        )
    return "".join(threads)
