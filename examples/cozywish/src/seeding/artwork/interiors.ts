import type { Palette } from "./palettes.ts";
import type { Random } from "./random.ts";
import {
  arch,
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

/** A quiet room with an arched window, a tub and something green. */
export function room(random: Random, palette: Palette): string {
  const x = random.pick([430, 600, 760]);
  const floor = 700;
  const plantX = x > 600 ? 190 : 1010;
  const side = plantX < 600 ? 1 : -1;
  return [
    `<defs>${verticalGradient("wall", palette.wall)}${verticalGradient("view", palette.sky)}${glow("sun", palette.sun)}${verticalGradient("tub", [palette.wall[0], palette.wall[1]])}<clipPath id="window"><path d="${arch(x, 560, 340, 440)}"/></clipPath></defs>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#wall)"/>`,
    `<path d="${arch(x, 578, 388, 482)}" fill="${palette.wood[0]}" opacity=".75"/>`,
    `<g clip-path="url(#window)"><rect x="${x - 180}" y="100" width="360" height="480" fill="url(#view)"/><circle cx="${x + 40}" cy="330" r="190" fill="url(#sun)"/><circle cx="${x + 40}" cy="330" r="44" fill="${palette.sun}"/>${hills(random, 430, 36, 600, palette.hills[0])}${hills(random, 480, 28, 600, palette.hills[1])}${hills(random, 530, 18, 600, palette.hills[2])}</g>`,
    `<path d="M${x} 122v440M${x - 170} 350h340" stroke="${palette.wood[0]}" stroke-width="9"/>`,
    `<rect y="${floor}" width="${WIDTH}" height="200" fill="${palette.floor}"/><path d="M0 ${floor}h1200" stroke="${palette.dark}" stroke-opacity=".12" stroke-width="6"/>`,
    // The window's light falls onto the floor.
    `<path d="M${x - 150} ${floor + 20}h300l150 180h-420z" fill="${palette.sun}" opacity=".28"/>`,
    tub(x, 812, palette),
    steam(random, x, 590, 190),
    pot(plantX, 820, side, palette),
    lamp(x > 600 ? 330 : 880, palette),
  ].join("");
}

function tub(x: number, bottom: number, palette: Palette): string {
  const [w, top] = [280, bottom - 196];
  return [
    `<ellipse cx="${x}" cy="${bottom + 6}" rx="250" ry="20" fill="${palette.dark}" opacity=".22"/>`,
    `<path d="M${x - w} ${top}h${w * 2}c0 130-60 200-150 200h-${w * 2 - 300}c-90 0-150-70-150-200z" fill="#fffdf8"/>`,
    `<path d="M${x + 60} ${top + 200}c160-10 190-90 190-200h30c0 130-60 200-150 200z" fill="${palette.dark}" opacity=".08"/>`,
    `<rect x="${x - w - 16}" y="${top - 14}" width="${w * 2 + 32}" height="28" rx="14" fill="#fffdf8"/><rect x="${x - w - 16}" y="${top + 6}" width="${w * 2 + 32}" height="8" rx="4" fill="${palette.dark}" opacity=".08"/>`,
    `<path d="M${x - w + 40} ${top - 10}h150v120q-75 18-150 0z" fill="${palette.accent}"/><path d="M${x - w + 40} ${top + 84}h150" stroke="#fff" stroke-opacity=".5" stroke-width="7"/>`,
  ].join("");
}

function pot(x: number, bottom: number, side: number, palette: Palette): string {
  return [
    `<ellipse cx="${x}" cy="${bottom + 4}" rx="110" ry="14" fill="${palette.dark}" opacity=".2"/>`,
    stem(x - 14, bottom - 130, 420, 30 * side, palette.leaf[1], 7),
    stem(x + 8, bottom - 130, 330, 150 * side, palette.leaf[0], 6),
    stem(x - 8, bottom - 130, 300, -120 * side, palette.leaf[0], 6),
    `<path d="M${x - 84} ${bottom - 150}h168l-26 138q-4 16-20 16h-76q-16 0-20-16z" fill="${palette.accent}"/><rect x="${x - 94}" y="${bottom - 166}" width="188" height="34" rx="10" fill="${palette.accent}"/><path d="M${x - 84} ${bottom - 130}h168" stroke="${palette.dark}" stroke-opacity=".16" stroke-width="7"/>`,
  ].join("");
}

function lamp(x: number, palette: Palette): string {
  return `<path d="M${x} 0v150" stroke="${palette.dark}" stroke-opacity=".5" stroke-width="4"/><path d="M${x - 62} 214a62 66 0 0 1 124 0z" fill="${palette.hills[3]}"/><ellipse cx="${x}" cy="214" rx="62" ry="9" fill="${palette.sun}"/>`;
}

/** A sauna: warm planks, a bench, a bucket, steam over the stones. */
export function sauna(random: Random, palette: Palette): string {
  const stove = random.pick([250, 950]);
  const bucket = WIDTH - stove + (stove < 600 ? -120 : 120);
  const [light, deep] = palette.wood;
  const boards = Array.from(
    { length: 11 },
    (_, index) =>
      `<rect y="${index * 60}" width="${WIDTH}" height="57" fill="${light}" opacity="${n(random.between(0.72, 1))}"/>`,
  );
  const heap = [
    [-60, 0, 90],
    [30, 0, 100],
    [-10, -34, 92],
    [70, -28, 70],
    [-66, -30, 62],
    [20, -66, 74],
  ].map(([dx = 0, dy = 0, w = 80], index) =>
    pebble(stove + dx, 556 + dy, w, w * 0.55, index % 2 === 0 ? palette.hills[3] : palette.dark),
  );
  return [
    `<defs>${glow("lamp", palette.sun, 0.95)}${verticalGradient("shade", ["#000", "#000"])}${glow("warm", palette.accent, 0.8)}</defs>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${deep}"/>${boards.join("")}`,
    `<rect width="${WIDTH}" height="660" fill="${palette.dark}" opacity=".14"/>`,
    `<circle cx="600" cy="230" r="460" fill="url(#lamp)"/><rect x="520" y="150" width="160" height="150" rx="20" fill="${palette.sun}"/><path d="M546 150v150M573 150v150M600 150v150M627 150v150M654 150v150" stroke="${light}" stroke-width="9"/>`,
    `<rect y="650" width="${WIDTH}" height="250" fill="${palette.dark}" opacity=".55"/>`,
    `<rect x="0" y="606" width="${WIDTH}" height="46" fill="${light}"/><rect y="652" width="${WIDTH}" height="14" fill="${palette.dark}" opacity=".3"/>`,
    `<rect x="-10" y="760" width="${WIDTH + 20}" height="52" fill="${light}"/><path d="M0 786h1200" stroke="${palette.dark}" stroke-opacity=".2" stroke-width="4"/><rect y="812" width="${WIDTH}" height="88" fill="${palette.dark}" opacity=".35"/>`,
    `<circle cx="${stove}" cy="620" r="300" fill="url(#warm)"/><rect x="${stove - 130}" y="540" width="260" height="290" rx="18" fill="${palette.dark}"/>${heap.join("")}<rect x="${stove - 140}" y="556" width="280" height="34" rx="10" fill="${palette.dark}"/><rect x="${stove - 74}" y="650" width="148" height="104" rx="12" fill="${palette.accent}"/><path d="M${stove - 46} 744c10-34 24-30 26-62 20 20 16 32 34 26 16 14 14 24 18 36z" fill="${palette.sun}"/>`,
    steam(random, stove, 470, 330, 4),
    pail(bucket, 762, palette),
    towels(bucket + (stove < 600 ? -250 : 250), 606, palette),
  ].join("");
}

function pail(x: number, bottom: number, palette: Palette): string {
  return [
    `<path d="M${x + 40} ${bottom - 120}l120-150" stroke="${palette.wood[1]}" stroke-width="15" stroke-linecap="round"/>`,
    `<path d="M${x - 92} ${bottom - 148}a92 96 0 0 1 184 0" fill="none" stroke="${palette.dark}" stroke-width="8"/>`,
    `<path d="M${x - 100} ${bottom - 150}h200l-22 150h-156z" fill="${palette.wood[0]}"/><path d="M${x - 55} ${bottom - 150}l10 150M${x} ${bottom - 150}v150M${x + 55} ${bottom - 150}l-10 150" stroke="${palette.dark}" stroke-opacity=".25" stroke-width="4"/>`,
    `<path d="M${x - 97} ${bottom - 122}h194l-3 20h-188zM${x - 85} ${bottom - 44}h170l-3 20h-164z" fill="${palette.dark}" opacity=".55"/>`,
  ].join("");
}

/** Rolled, stacked in threes. */
export function towels(x: number, bottom: number, palette: Palette): string {
  const roll = (cx: number, cy: number, color: string) =>
    `<rect x="${cx - 110}" y="${cy - 34}" width="200" height="68" rx="34" fill="${color}"/><circle cx="${cx + 78}" cy="${cy}" r="34" fill="${color}"/><path d="M${cx + 78} ${cy - 24}a24 24 0 1 1-22 14a15 15 0 1 1 14 20" fill="none" stroke="${palette.dark}" stroke-opacity=".22" stroke-width="5" stroke-linecap="round"/>`;
  return (
    roll(x, bottom - 34, "#fffaf1") +
    roll(x + 14, bottom - 100, palette.accent) +
    roll(x - 2, bottom - 166, "#f3e8d8")
  );
}

/** An indoor pool under arches, and all of it again in the water. */
export function pool(random: Random, palette: Palette): string {
  const edge = 560;
  const centers = [150, 450, 750, 1050];
  const lit = random.pick([1, 2]);
  const opening = (x: number, index: number) =>
    `<path d="${arch(x, edge, 210, 390)}" fill="url(#view)"/>${index === lit ? `<circle cx="${x}" cy="330" r="54" fill="${palette.sun}"/>` : ""}<path d="${arch(x, edge, 210, 390)}" fill="none" stroke="${palette.wood[0]}" stroke-width="12"/>`;
  const colonnade = `<rect width="${WIDTH}" height="${edge}" fill="url(#wall)"/>${centers.map(opening).join("")}<path d="M0 92h1200" stroke="${palette.wood[0]}" stroke-opacity=".5" stroke-width="9"/>`;
  return [
    `<defs>${verticalGradient("wall", palette.wall)}${verticalGradient("view", [...palette.sky, palette.hills[1]])}${verticalGradient("water", [palette.hills[2], palette.water[1]])}${glow("sun", palette.sun, 0.9)}</defs>`,
    colonnade,
    `<g transform="matrix(1 0 0 -1 0 ${edge * 2 + 44})">${colonnade}</g>`,
    `<rect y="${edge + 44}" width="${WIDTH}" height="340" fill="url(#water)" opacity=".74"/>`,
    `<rect y="${edge}" width="${WIDTH}" height="46" fill="${palette.floor}"/><rect y="${edge + 38}" width="${WIDTH}" height="8" fill="${palette.dark}" opacity=".2"/>`,
    `<circle cx="${centers[lit]}" cy="330" r="300" fill="url(#sun)"/>`,
    glints(random, centers[lit] ?? 600, edge + 70, HEIGHT - 20, palette.sun, 170),
    glints(random, centers[lit === 1 ? 3 : 0] ?? 150, edge + 90, HEIGHT - 20, "#fff", 70),
    steam(random, 600, edge + 70, 220, 4),
    `<g transform="translate(0 -2)">${towels(lit === 1 ? 930 : 250, edge + 12, palette)}</g>`,
    stem(lit === 1 ? 60 : 1140, edge + 8, 330, lit === 1 ? 40 : -40, palette.leaf[1], 7),
    stem(lit === 1 ? 40 : 1160, edge + 8, 240, lit === 1 ? 120 : -120, palette.leaf[0], 6),
  ].join("");
}
