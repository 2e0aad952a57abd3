"""Pictures of places that nobody has been to: drawn, so that the demo needs nobody's photographs."""

import math
from collections.abc import Callable
from random import Random

from .palettes import PALETTES, Palette
from .shapes import HEIGHT, WIDTH, arch, background, glints, glow, hills, n, pebble, steam, stem, vertical_gradient


def draw(scene: str, palette: str, seed: str) -> str:
    """An SVG picture, 4 to 3; the same seed always draws the same one."""
    draw_scene, _ = SCENES[scene]
    content = draw_scene(Random(f"{scene}:{seed}"), PALETTES[palette])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{content}</svg>\n'
    )


def description(scene: str) -> str:
    """What a picture shows, for those who can't see it."""
    return SCENES[scene][1]


def _lake(random: Random, palette: Palette) -> str:
    horizon = random.uniform(560, 620)
    sun_x = random.uniform(340, 860)
    sun_y = horizon - random.uniform(190, 290)
    reeds = random.choice([90, 1110])
    side = 1 if reeds < 600 else -1
    gradients = vertical_gradient("sky", palette.sky) + vertical_gradient("water", palette.water)
    return "".join(
        [
            f"<defs>{gradients}{glow('sun', palette.sun)}{glow('mist', '#fff', 0.6)}</defs>",
            background("url(#sky)"),
            f'<circle cx="{n(sun_x)}" cy="{n(sun_y)}" r="330" fill="url(#sun)"/>',
            f'<circle cx="{n(sun_x)}" cy="{n(sun_y)}" r="74" fill="{palette.sun}"/>',
            hills(random, horizon - 150, 70, horizon, palette.hills[0]),
            hills(random, horizon - 92, 46, horizon, palette.hills[1]),
            hills(random, horizon - 42, 26, horizon + 4, palette.hills[2]),
            f'<rect y="{n(horizon)}" width="{WIDTH}" height="{n(HEIGHT - horizon)}" fill="url(#water)"/>',
            glints(random, sun_x, horizon + 10, HEIGHT - 40, palette.sun),
            f'<ellipse cx="{n(random.uniform(200, 1000))}" cy="{n(horizon)}" rx="420" ry="62" fill="url(#mist)"/>',
            _jetty(860 if side > 0 else 340, horizon + 86, palette),
            stem(reeds - 46 * side, 940, 470, 60 * side, palette.leaf[1], 8),
            stem(reeds, 940, 600, 120 * side, palette.leaf[1], 9),
            stem(reeds + 70 * side, 950, 380, 140 * side, palette.leaf[0], 7),
        ]
    )


def _jetty(x: float, end: float, palette: Palette) -> str:
    planks = ""
    for index in range(9):
        at = (index / 9) ** 1.6
        half, y = 34 + 110 * at, end + (HEIGHT - end) * at
        planks += (
            f'<path d="M{n(x - half)} {n(y)}H{n(x + half)}" stroke="{palette.dark}" stroke-opacity=".28" '
            f'stroke-width="{n(2 + at * 4)}"/>'
        )
    deck = f"M{x - 150} {HEIGHT}L{x - 34} {n(end)}h68L{x + 150} {HEIGHT}z"
    return f'<path d="{deck}" fill="{palette.wood[1]}"/>{planks}'


def _stones(random: Random, palette: Palette) -> str:
    x, base = random.uniform(520, 680), 690.0
    colors = [palette.hills[3], palette.wood[0], palette.hills[2], palette.accent]
    stack, y = "", base
    for width, color in zip([320, 250, 186, 124], colors, strict=True):
        height = width * random.uniform(0.36, 0.42)
        stack += pebble(x + random.uniform(-16, 16), y, width, height, color)
        y -= height * 0.94
    rings = "".join(
        f'<ellipse cx="{n(x)}" cy="{n(base - 6)}" rx="{radius}" ry="{n(radius * 0.19)}" fill="none" stroke="#fff" '
        f'stroke-opacity="{n(0.5 - index * 0.1)}" stroke-width="4"/>'
        for index, radius in enumerate([250, 380, 540, 730])
    )
    sky = vertical_gradient("sky", (*palette.sky, palette.water[0]))
    return "".join(
        [
            f"<defs>{sky}{vertical_gradient('water', palette.water)}{glow('sun', palette.sun, 0.95)}</defs>",
            background("url(#sky)"),
            f'<circle cx="{n(x + 60)}" cy="360" r="430" fill="url(#sun)"/>',
            hills(random, 520, 30, 590, palette.hills[0]),
            f'<rect y="580" width="{WIDTH}" height="320" fill="url(#water)"/>',
            rings,
            f'<ellipse cx="{n(x)}" cy="{n(base + 6)}" rx="196" ry="26" fill="{palette.dark}" opacity=".3"/>',
            stack,
            _bamboo(random.choice([True, False]), palette),
        ]
    )


def _bamboo(left: bool, palette: Palette) -> str:
    canes = ""
    for index in range(3):
        x = 70 + index * 74 if left else WIDTH - 70 - index * 74
        width = 30 - index * 6
        color = palette.leaf[1 if index == 1 else 0]
        canes += f'<rect x="{n(x - width / 2)}" y="-10" width="{width}" height="930" rx="9" fill="{color}"/>'
        for y in (140, 330, 520, 710):
            canes += (
                f'<rect x="{n(x - width / 2 - 3)}" y="{y + index * 43}" width="{width + 6}" height="7" rx="3" '
                f'fill="{palette.dark}" opacity=".35"/>'
            )
        lean = 130 if left else -130
        canes += stem(x, 250 + index * 150, 190, lean, palette.leaf[index % 2], 4)
    return canes


def _pool(random: Random, palette: Palette) -> str:
    """Under arches, and all of it again in the water."""
    edge, centers = 560, [150, 450, 750, 1050]
    lit = random.choice([1, 2])
    openings = ""
    for index, x in enumerate(centers):
        sun = f'<circle cx="{x}" cy="330" r="54" fill="{palette.sun}"/>' if index == lit else ""
        outline = arch(x, edge, 210, 390)
        openings += (
            f'<path d="{outline}" fill="url(#view)"/>{sun}'
            f'<path d="{outline}" fill="none" stroke="{palette.wood[0]}" stroke-width="12"/>'
        )
    colonnade = (
        f'<rect width="{WIDTH}" height="{edge}" fill="url(#wall)"/>{openings}'
        f'<path d="M0 92h1200" stroke="{palette.wood[0]}" stroke-opacity=".5" stroke-width="9"/>'
    )
    view = vertical_gradient("view", (*palette.sky, palette.hills[1]))
    water = vertical_gradient("water", (palette.hills[2], palette.water[1]))
    plant, lean = (60, 40) if lit == 1 else (1140, -40)
    return "".join(
        [
            f"<defs>{vertical_gradient('wall', palette.wall)}{view}{water}{glow('sun', palette.sun, 0.9)}</defs>",
            colonnade,
            f'<g transform="matrix(1 0 0 -1 0 {edge * 2 + 44})">{colonnade}</g>',
            f'<rect y="{edge + 44}" width="{WIDTH}" height="340" fill="url(#water)" opacity=".74"/>',
            f'<rect y="{edge}" width="{WIDTH}" height="46" fill="{palette.floor}"/>',
            f'<rect y="{edge + 38}" width="{WIDTH}" height="8" fill="{palette.dark}" opacity=".2"/>',
            f'<circle cx="{centers[lit]}" cy="330" r="300" fill="url(#sun)"/>',
            glints(random, centers[lit], edge + 70, HEIGHT - 20, palette.sun, 170),
            glints(random, centers[3 if lit == 1 else 0], edge + 90, HEIGHT - 20, "#fff", 70),
            steam(random, 600, edge + 70, 220, 4),
            _towels(930 if lit == 1 else 250, edge + 10, palette),
            stem(plant, edge + 8, 330, lean, palette.leaf[1], 7),
            stem(plant + (20 if lit == 2 else -20), edge + 8, 240, lean * 3, palette.leaf[0], 6),
        ]
    )


def _towels(x: float, bottom: float, palette: Palette) -> str:
    """Rolled, stacked in threes."""
    rolls = ""
    for shift, up, color in ((0, 34, "#fffaf1"), (14, 100, palette.accent), (-2, 166, "#f3e8d8")):
        cx, cy = x + shift, bottom - up
        rolls += (
            f'<rect x="{cx - 110}" y="{cy - 34}" width="200" height="68" rx="34" fill="{color}"/>'
            f'<circle cx="{cx + 78}" cy="{cy}" r="34" fill="{color}"/>'
            f'<path d="M{cx + 78} {cy - 24}a24 24 0 1 1-22 14a15 15 0 1 1 14 20" fill="none" '
            f'stroke="{palette.dark}" stroke-opacity=".22" stroke-width="5" stroke-linecap="round"/>'
        )
    return rolls


def _shelf(random: Random, palette: Palette) -> str:
    """Before an arch in the colour of the sun: a branch in a bottle, a candle, stones, towels."""
    board, stones = 690, random.uniform(500, 540)
    mirrored = random.choice([True, False])
    flip = f' transform="matrix(-1 0 0 1 {WIDTH} 0)"' if mirrored else ""
    things = "".join(
        [
            f'<path d="{arch(620, board, 500, 560)}" fill="{palette.accent}" opacity=".38"/>',
            f'<circle cx="620" cy="386" r="150" fill="{palette.sun}" opacity=".85"/>',
            stem(390, board - 250, 330, -70, palette.leaf[1], 7),
            stem(396, board - 250, 290, 110, palette.leaf[0], 6),
            f'<path d="M366 {board - 270}h48v84c0 26 66 40 66 104v52q0 30-30 30h-120q-30 0-30-30v-52'
            f'c0-64 66-78 66-104z" fill="url(#glass)"/><rect x="358" y="{board - 282}" width="64" height="22" rx="9" '
            f'fill="{palette.hills[2]}"/>',
            _towels(880, board, palette),
            _candle(620, board, palette),
            pebble(stones, board, 96, 46, palette.hills[2]),
            pebble(stones + 8, board - 42, 60, 32, palette.hills[3]),
        ]
    )
    glass = vertical_gradient("glass", (palette.hills[2], palette.hills[3]))
    return "".join(
        [
            f"<defs>{vertical_gradient('wall', palette.wall)}{glow('flame', palette.sun, 0.95)}{glass}</defs>",
            background("url(#wall)"),
            f"<g{flip}>{things}</g>",
            f'<rect y="{board}" width="{WIDTH}" height="42" fill="{palette.wood[0]}"/>',
            f'<rect y="{board + 42}" width="{WIDTH}" height="16" fill="{palette.wood[1]}"/>',
            f'<rect y="{board + 58}" width="{WIDTH}" height="152" fill="{palette.wood[1]}" opacity=".32"/>',
        ]
    )


def _candle(x: int, bottom: int, palette: Palette) -> str:
    return (
        f'<circle cx="{x}" cy="{bottom - 216}" r="170" fill="url(#flame)"/>'
        f'<rect x="{x - 44}" y="{bottom - 164}" width="88" height="164" rx="12" fill="#fffaf1"/>'
        f'<path d="M{x} {bottom - 164}v-22" stroke="{palette.dark}" stroke-width="5" stroke-linecap="round"/>'
        f'<path d="M{x} {bottom - 244}c20 28 24 38 24 48a24 24 0 0 1-48 0c0-10 4-20 24-48z" fill="#e9a45f"/>'
        f'<path d="M{x} {bottom - 216}c8 12 11 18 11 24a11 11 0 0 1-22 0c0-6 3-12 11-24z" fill="#fff6df"/>'
    )


def _bowl(random: Random, palette: Palette) -> str:
    """Petals in it, seen from above, and leaves all around."""
    x, y = random.uniform(540, 660), random.uniform(430, 480)
    petals = ""
    for _ in range(13):
        angle, distance = random.uniform(0, math.tau), math.sqrt(random.random()) * 190
        color = random.choice([palette.accent, "#fff7ea", palette.sky[1]])
        petals += (
            f'<path transform="translate({n(x + math.cos(angle) * distance)} {n(y + math.sin(angle) * distance)}) '
            f'rotate({n(random.uniform(0, 360))})" d="M0-46c38 9 40 68 0 92c-40-24-38-83 0-92z" fill="{color}"/>'
        )
    leaves = ""
    for index in range(10):
        around = index * 36 + random.uniform(-10, 10)
        one = stem(0, 30, random.uniform(300, 400), random.uniform(-70, 70), palette.leaf[index % 2], 5)
        leaves += f'<g transform="translate({n(x)} {n(y)}) rotate({n(around)}) translate(0 -270)">{one}</g>'
    circles = "".join(
        f'<circle cx="{n(x)}" cy="{n(y)}" r="{radius}" fill="{color}"/>'
        for radius, color in ((296, palette.wood[1]), (278, palette.wood[0]), (246, palette.hills[2]))
    )
    return "".join(
        [
            f"<defs>{vertical_gradient('cloth', palette.wall)}{glow('water', '#fff', 0.5)}</defs>",
            background("url(#cloth)"),
            leaves,
            f'<ellipse cx="{n(x + 14)}" cy="{n(y + 26)}" rx="306" ry="304" fill="{palette.dark}" opacity=".2"/>',
            circles,
            f'<circle cx="{n(x)}" cy="{n(y)}" r="246" fill="{palette.water[0]}" opacity=".28"/>',
            f'<circle cx="{n(x - 70)}" cy="{n(y - 80)}" r="190" fill="url(#water)"/>',
            petals,
        ]
    )


Scene = Callable[[Random, Palette], str]

SCENES: dict[str, tuple[Scene, str]] = {
    "lake": (_lake, "A lake among hills with a wooden jetty"),
    "stones": (_stones, "Balanced stones on still water"),
    "pool": (_pool, "A pool under arches"),
    "shelf": (_shelf, "A candle, towels and a green branch on a shelf"),
    "bowl": (_bowl, "A bowl of petals among leaves"),
}
