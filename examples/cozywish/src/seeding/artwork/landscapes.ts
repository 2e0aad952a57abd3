import type { Palette } from "./palettes.ts";
import type { Random } from "./random.ts";
import {
  curve,
  glints,
  glow,
  HEIGHT,
  hills,
  n,
  pebble,
  stem,
  steam,
  verticalGradient,
  WIDTH,
} from "./shapes.ts";

/** A lake among hills at the edge of the day. */
export function lake(random: Random, palette: Palette): string {
  const horizon = random.between(560, 620);
  const sunX = random.between(340, 860);
  const sunY = horizon - random.between(190, 290);
  const reeds = random.pick([90, 1110]);
  const side = reeds < 600 ? 1 : -1;
  return [
    `<defs>${verticalGradient("sky", palette.sky)}${verticalGradient("water", palette.water)}${glow("sun", palette.sun)}${glow("mist", "#fff", 0.6)}</defs>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>`,
    `<circle cx="${n(sunX)}" cy="${n(sunY)}" r="330" fill="url(#sun)"/><circle cx="${n(sunX)}" cy="${n(sunY)}" r="74" fill="${palette.sun}"/>`,
    hills(random, horizon - 150, 70, horizon, palette.hills[0]),
    hills(random, horizon - 92, 46, horizon, palette.hills[1]),
    hills(random, horizon - 42, 26, horizon + 4, palette.hills[2]),
    `<rect y="${n(horizon)}" width="${WIDTH}" height="${n(HEIGHT - horizon)}" fill="url(#water)"/>`,
    glints(random, sunX, horizon + 10, HEIGHT - 40, palette.sun),
    `<ellipse cx="${n(random.between(200, 1000))}" cy="${n(horizon)}" rx="420" ry="62" fill="url(#mist)"/>`,
    jetty(side > 0 ? 860 : 340, horizon, palette),
    stem(reeds - 46 * side, 940, 470, 60 * side, palette.leaf[1], 8),
    stem(reeds, 940, 600, 120 * side, palette.leaf[1], 9),
    stem(reeds + 70 * side, 950, 380, 140 * side, palette.leaf[0], 7),
  ].join("");
}

function jetty(x: number, horizon: number, palette: Palette): string {
  const [y, end] = [HEIGHT, horizon + 86];
  const planks = Array.from({ length: 9 }, (_, index) => {
    const at = (index / 9) ** 1.6;
    const [half, py] = [34 + 110 * at, end + (y - end) * at];
    return `<path d="M${n(x - half)} ${n(py)}H${n(x + half)}" stroke="${palette.dark}" stroke-opacity=".28" stroke-width="${n(2 + at * 4)}"/>`;
  });
  return `<path d="M${x - 150} ${y}L${x - 34} ${n(end)}h68L${x + 150} ${y}z" fill="${palette.wood[1]}"/><path d="M${x - 34} ${n(end)}h68l4 12h-76z" fill="${palette.wood[0]}"/>${planks.join("")}`;
}

/** Stones in balance on still water. */
export function stones(random: Random, palette: Palette): string {
  const x = random.between(520, 680);
  const base = 690;
  const sizes = [320, 250, 186, 124];
  const colors = [palette.hills[3], palette.wood[0], palette.hills[2], palette.accent];
  let y = base;
  const stack = sizes.map((width, index) => {
    const height = width * random.between(0.36, 0.42);
    const shape = pebble(x + random.between(-16, 16), y, width, height, colors[index] ?? palette.accent);
    y -= height * 0.94;
    return shape;
  });
  const rings = [250, 380, 540, 730].map(
    (radius, index) =>
      `<ellipse cx="${n(x)}" cy="${base - 6}" rx="${radius}" ry="${n(radius * 0.19)}" fill="none" stroke="#fff" stroke-opacity="${n(0.5 - index * 0.1)}" stroke-width="4"/>`,
  );
  return [
    `<defs>${verticalGradient("sky", [palette.sky[0], palette.sky[1], palette.water[0]])}${verticalGradient("water", palette.water)}${glow("sun", palette.sun, 0.95)}</defs>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/><circle cx="${n(x + 60)}" cy="360" r="430" fill="url(#sun)"/>`,
    hills(random, 520, 30, 590, palette.hills[0]),
    `<rect y="580" width="${WIDTH}" height="320" fill="url(#water)"/>`,
    rings.join(""),
    `<ellipse cx="${n(x)}" cy="${base + 6}" rx="196" ry="26" fill="${palette.dark}" opacity=".3"/>`,
    stack.join(""),
    bamboo(random, palette),
  ].join("");
}

function bamboo(random: Random, palette: Palette): string {
  const left = random.pick([true, false]);
  return [0, 1, 2]
    .map((index) => {
      const x = left ? 70 + index * 74 : WIDTH - 70 - index * 74;
      const width = 30 - index * 6;
      const joints = [140, 330, 520, 710].map(
        (y) =>
          `<rect x="${n(x - width / 2 - 3)}" y="${y + index * 43}" width="${width + 6}" height="7" rx="3" fill="${palette.dark}" opacity=".35"/>`,
      );
      const twig = stem(
        x,
        250 + index * 150,
        190,
        left ? 130 : -130,
        palette.leaf[index % 2 === 0 ? 0 : 1],
        4,
      );
      return `<rect x="${n(x - width / 2)}" y="-10" width="${width}" height="930" rx="9" fill="${palette.leaf[index === 1 ? 1 : 0]}"/>${joints.join("")}${twig}`;
    })
    .join("");
}

/** A lit cabin among the trees, with its chimney smoking. */
export function cabin(random: Random, palette: Palette): string {
  const x = random.between(470, 720);
  const ground = 700;
  const trees = (count: number, color: string, low: number, high: number, base: number) =>
    Array.from({ length: count }, (_, index) => {
      const at = ((index + random.between(0.2, 0.8)) * WIDTH) / count;
      return fir(at, base + random.between(-10, 14), random.between(low, high), color);
    }).join("");
  return [
    `<defs>${verticalGradient("sky", palette.sky)}${glow("sun", palette.sun, 0.9)}${glow("lamp", palette.accent, 0.9)}${verticalGradient("ground", [palette.hills[2], palette.hills[3]])}${glow("mist", "#fff", 0.5)}</defs>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#sky)"/>`,
    `<circle cx="${n(x + 250)}" cy="230" r="260" fill="url(#sun)"/><circle cx="${n(x + 250)}" cy="230" r="54" fill="${palette.sun}"/>`,
    hills(random, 460, 70, 760, palette.hills[0]),
    trees(11, palette.hills[1], 190, 300, 610),
    `<ellipse cx="600" cy="610" rx="760" ry="80" fill="url(#mist)"/>`,
    trees(8, palette.hills[2], 240, 360, 670),
    `<path d="${curve([
      { x: 0, y: 690 },
      { x: 420, y: 664 },
      { x: 820, y: 690 },
      { x: WIDTH, y: 668 },
    ])}V900H0z" fill="url(#ground)"/>`,
    `<circle cx="${n(x)}" cy="${ground - 40}" r="330" fill="url(#lamp)" opacity=".55"/>`,
    hut(x, ground, palette),
    steam(random, x + 92, ground - 222, 190, 2),
    `<path d="M${n(x - 34)} ${ground + 4}c30 70-110 90-60 200h230c-40-90-110-110-104-200z" fill="${palette.floor}" opacity=".5"/>`,
    fir(70, 900, 560, palette.dark),
    fir(1130, 930, 640, palette.dark),
    fir(230, 930, 330, palette.dark),
  ].join("");
}

function hut(x: number, ground: number, palette: Palette): string {
  const planks = [-120, -80, -40, 0, 40, 80, 120].map((dx) => `M${n(x + dx)} ${ground - 130}v134`).join("");
  return [
    `<rect x="${n(x + 74)}" y="${ground - 226}" width="34" height="90" fill="${palette.dark}"/>`,
    `<rect x="${n(x - 150)}" y="${ground - 134}" width="300" height="140" fill="${palette.wood[1]}"/>`,
    `<path d="${planks}" stroke="${palette.dark}" stroke-opacity=".2" stroke-width="3"/>`,
    `<path d="M${n(x - 186)} ${ground - 122}L${n(x)} ${ground - 250}L${n(x + 186)} ${ground - 122}z" fill="${palette.dark}"/>`,
    `<rect x="${n(x - 62)}" y="${ground - 104}" width="58" height="110" rx="4" fill="${palette.dark}" opacity=".82"/>`,
    `<rect x="${n(x + 28)}" y="${ground - 98}" width="84" height="62" rx="4" fill="${palette.accent}"/>`,
    `<path d="M${n(x + 70)} ${ground - 98}v62M${n(x + 28)} ${ground - 67}h84" stroke="${palette.wood[1]}" stroke-width="5"/>`,
  ].join("");
}

function fir(x: number, base: number, height: number, color: string): string {
  const half = height * 0.2;
  const tiers = [0, 0.24, 0.46, 0.66].map((at) => {
    const [top, bottom] = [base - height + height * at, base - height + height * Math.min(0.96, at + 0.42)];
    const width = half * (0.42 + at * 0.88);
    return `M${n(x)} ${n(top)}L${n(x + width)} ${n(bottom)}Q${n(x)} ${n(bottom - height * 0.05)} ${n(x - width)} ${n(bottom)}z`;
  });
  return `<path d="${tiers.join("")}" fill="${color}"/><rect x="${n(x - height * 0.014)}" y="${n(base - height * 0.08)}" width="${n(height * 0.028)}" height="${n(height * 0.1)}" fill="${color}"/>`;
}
