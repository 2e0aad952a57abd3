import { towels } from "./interiors.ts";
import type { Palette } from "./palettes.ts";
import type { Random } from "./random.ts";
import { arch, glow, HEIGHT, n, pebble, stem, verticalGradient, WIDTH } from "./shapes.ts";

/** A shelf before a sun-coloured arch: a branch in a bottle, a candle, a bowl, towels. */
export function shelf(random: Random, palette: Palette): string {
  const board = 690;
  const mirrored = random.pick([true, false]);
  const things = [
    `<path d="${arch(620, board, 500, 560)}" fill="${palette.accent}" opacity=".38"/><circle cx="620" cy="386" r="150" fill="${palette.sun}" opacity=".85"/>`,
    bottle(390, board, palette),
    towels(880, board, palette),
    candle(620, board, palette),
    pebble(520, board, 96, 46, palette.hills[2]),
    pebble(528, board - 42, 60, 32, palette.hills[3]),
  ].join("");
  return [
    `<defs>${verticalGradient("wall", palette.wall)}${glow("flame", palette.sun, 0.95)}${verticalGradient("glass", [palette.hills[2], palette.hills[3]])}</defs>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#wall)"/>`,
    `<g ${mirrored ? `transform="matrix(-1 0 0 1 ${WIDTH} 0)"` : ""}>${things}</g>`,
    `<rect y="${board}" width="${WIDTH}" height="42" fill="${palette.wood[0]}"/><rect y="${board + 42}" width="${WIDTH}" height="16" fill="${palette.wood[1]}"/><rect y="${board + 58}" width="${WIDTH}" height="152" fill="${palette.wood[1]}" opacity=".32"/>`,
  ].join("");
}

function bottle(x: number, bottom: number, palette: Palette): string {
  return [
    stem(x, bottom - 250, 330, -70, palette.leaf[1], 7),
    stem(x + 6, bottom - 250, 290, 110, palette.leaf[0], 6),
    stem(x, bottom - 250, 220, -160, palette.leaf[0], 5),
    `<path d="M${x - 24} ${bottom - 270}h48v84c0 26 66 40 66 104v52q0 30-30 30h-120q-30 0-30-30v-52c0-64 66-78 66-104z" fill="url(#glass)"/><rect x="${x - 32}" y="${bottom - 282}" width="64" height="22" rx="9" fill="${palette.hills[2]}"/>`,
    `<path d="M${x - 62} ${bottom - 78}c0-34 20-48 40-66" fill="none" stroke="#fff" stroke-opacity=".4" stroke-width="10" stroke-linecap="round"/>`,
  ].join("");
}

function candle(x: number, bottom: number, palette: Palette): string {
  return [
    `<circle cx="${x}" cy="${bottom - 216}" r="170" fill="url(#flame)"/>`,
    `<rect x="${x - 44}" y="${bottom - 164}" width="88" height="164" rx="12" fill="#fffaf1"/><rect x="${x + 12}" y="${bottom - 164}" width="32" height="164" rx="12" fill="${palette.dark}" opacity=".07"/>`,
    `<path d="M${x} ${bottom - 164}v-22" stroke="${palette.dark}" stroke-width="5" stroke-linecap="round"/><path d="M${x} ${bottom - 244}c20 28 24 38 24 48a24 24 0 0 1-48 0c0-10 4-20 24-48z" fill="${palette.accent === "#fbe9d5" ? "#e9a45f" : palette.accent}"/><path d="M${x} ${bottom - 216}c8 12 11 18 11 24a11 11 0 0 1-22 0c0-6 3-12 11-24z" fill="#fff6df"/>`,
  ].join("");
}

/** A bowl of petals seen from above, leaves all around it. */
export function bowl(random: Random, palette: Palette): string {
  const [x, y] = [random.between(540, 660), random.between(430, 480)];
  const petals = Array.from({ length: 13 }, () => {
    const [angle, distance] = [random.between(0, 6.283), Math.sqrt(random.between(0, 1)) * 190];
    const [px, py] = [x + Math.cos(angle) * distance, y + Math.sin(angle) * distance];
    const color = random.pick([palette.accent, "#fff7ea", palette.sky[1]]);
    return `<path transform="translate(${n(px)} ${n(py)}) rotate(${n(random.between(0, 360))})" d="M0-46c38 9 40 68 0 92c-40-24-38-83 0-92z" fill="${color}"/>`;
  });
  const leaves = Array.from({ length: 10 }, (_, index) => {
    const angle = (index / 10) * 360 + random.between(-10, 10);
    return `<g transform="translate(${n(x)} ${n(y)}) rotate(${n(angle)}) translate(0 -270)">${stem(0, 30, random.between(300, 400), random.between(-70, 70), palette.leaf[index % 2 === 0 ? 0 : 1], 5)}</g>`;
  });
  return [
    `<defs>${verticalGradient("cloth", palette.wall)}${glow("water", "#fff", 0.5)}</defs>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#cloth)"/><path d="M0 700C300 640 500 800 800 740S1120 640 1200 690V900H0z" fill="${palette.floor}" opacity=".45"/>`,
    leaves.join(""),
    `<ellipse cx="${n(x + 14)}" cy="${n(y + 26)}" rx="306" ry="304" fill="${palette.dark}" opacity=".2"/>`,
    `<circle cx="${n(x)}" cy="${n(y)}" r="296" fill="${palette.wood[1]}"/><circle cx="${n(x)}" cy="${n(y)}" r="278" fill="${palette.wood[0]}"/><circle cx="${n(x)}" cy="${n(y)}" r="246" fill="${palette.hills[2]}"/><circle cx="${n(x)}" cy="${n(y)}" r="246" fill="${palette.water[0]}" opacity=".28"/><circle cx="${n(x - 70)}" cy="${n(y - 80)}" r="190" fill="url(#water)"/>`,
    petals.join(""),
    `<circle cx="${n(x)}" cy="${n(y)}" r="216" fill="none" stroke="#fff" stroke-opacity=".25" stroke-width="4"/>`,
  ].join("");
}
