import type { Random } from "./random.ts";

export const WIDTH = 1200;
export const HEIGHT = 900;

/** Lines and shapes that several scenes are drawn with. Each gives a piece of SVG. */
export function verticalGradient(id: string, colors: readonly string[]): string {
  const stops = colors.map(
    (color, index) => `<stop offset="${n(index / (colors.length - 1))}" stop-color="${color}"/>`,
  );
  return `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.join("")}</linearGradient>`;
}

export function glow(id: string, color: string, strength = 1): string {
  return `<radialGradient id="${id}"><stop offset="0" stop-color="${color}" stop-opacity="${strength}"/><stop offset=".4" stop-color="${color}" stop-opacity="${n(strength * 0.45)}"/><stop offset="1" stop-color="${color}" stop-opacity="0"/></radialGradient>`;
}

/** The outline of hills across the whole width, closed at `bottom`. */
export function hills(random: Random, y: number, height: number, bottom: number, color: string): string {
  const steps = 4;
  const points = Array.from({ length: steps + 1 }, (_, index) => ({
    x: (WIDTH * index) / steps,
    y: y + random.between(-height, height),
  }));
  return `<path d="${curve(points)}V${bottom}H0z" fill="${color}"/>`;
}

/** A smooth line through the points, level at each of them. */
export function curve(points: readonly { x: number; y: number }[]): string {
  const [first = { x: 0, y: 0 }, ...rest] = points;
  let path = `M${n(first.x)} ${n(first.y)}`;
  let last = first;
  for (const point of rest) {
    const middle = (last.x + point.x) / 2;
    path += `C${n(middle)} ${n(last.y)} ${n(middle)} ${n(point.y)} ${n(point.x)} ${n(point.y)}`;
    last = point;
  }
  return path;
}

/** A stem with pairs of leaves, growing from (x, y) upwards. */
export function stem(x: number, y: number, height: number, lean: number, color: string, pairs = 6): string {
  const leaves = Array.from({ length: pairs }, (_, index) => {
    const at = (index + 1.4) / (pairs + 0.6);
    const size = height * 0.2 * (1.12 - at * 0.6);
    const [px, py] = [x + lean * at * at, y - height * at];
    return [-1, 1].map((side) => leaf(px, py, size, side * 52 + (lean / height) * 50, color)).join("");
  });
  const top = `${n(x + lean)} ${n(y - height)}`;
  const line = `<path d="M${n(x)} ${n(y)}Q${n(x)} ${n(y - height / 2)} ${top}" fill="none" stroke="${color}" stroke-width="${n(height * 0.012)}" stroke-linecap="round"/>`;
  return (
    line + leaves.join("") + leaf(x + lean, y - height * 0.97, height * 0.13, (lean / height) * 60, color)
  );
}

function leaf(x: number, y: number, size: number, angle: number, color: string): string {
  const half = n(size * 0.27);
  return `<path transform="translate(${n(x)} ${n(y)}) rotate(${n(angle)})" d="M0 0C${half} ${n(-size * 0.3)} ${half} ${n(-size * 0.75)} 0 ${n(-size)}C-${half} ${n(-size * 0.75)} -${half} ${n(-size * 0.3)} 0 0z" fill="${color}"/>`;
}

/** Threads of steam that fade as they rise. */
export function steam(random: Random, x: number, y: number, height: number, count = 3): string {
  return Array.from({ length: count }, (_, index) => {
    const at = x + (index - (count - 1) / 2) * 46 + random.between(-8, 8);
    const rise = height * random.between(0.75, 1);
    const sway = random.between(18, 34) * (index % 2 === 0 ? 1 : -1);
    const path = `M${n(at)} ${n(y)}c${n(sway)} ${n(-rise / 4)} ${n(-sway)} ${n(-rise / 2)} 0 ${n(-rise * 0.66)}s${n(sway)} ${n(-rise * 0.2)} ${n(sway / 3)} ${n(-rise * 0.34)}`;
    return `<path d="${path}" fill="none" stroke="#fff" stroke-opacity=".34" stroke-width="11" stroke-linecap="round"/>`;
  }).join("");
}

/** Short lines of light on water, wider and further apart towards the viewer. */
export function glints(
  random: Random,
  x: number,
  top: number,
  bottom: number,
  color: string,
  spread = 120,
): string {
  const lines: string[] = [];
  for (let y = top, gap = 13; y < bottom; y += gap, gap *= 1.22) {
    const width = random.between(0.5, 1) * spread + gap * 1.6;
    const opacity = 0.8 * (1 - (y - top) / (bottom - top)) + 0.06;
    lines.push(
      `<rect x="${n(x - width / 2 + random.between(-22, 22))}" y="${n(y)}" width="${n(width)}" height="${n(3 + gap * 0.09)}" rx="3" fill="${color}" opacity="${n(opacity)}"/>`,
    );
  }
  return lines.join("");
}

/** A pebble: flat below, rounded above, with a soft light on its shoulder. */
export function pebble(x: number, y: number, width: number, height: number, color: string): string {
  const [w, h] = [width / 2, height];
  const body = `M${n(x - w)} ${n(y - h * 0.42)}C${n(x - w)} ${n(y - h * 0.86)} ${n(x - w * 0.5)} ${n(y - h)} ${n(x + w * 0.06)} ${n(y - h)}S${n(x + w)} ${n(y - h * 0.8)} ${n(x + w)} ${n(y - h * 0.4)}S${n(x + w * 0.5)} ${n(y)} ${n(x)} ${n(y)}S${n(x - w)} ${n(y - h * 0.06)} ${n(x - w)} ${n(y - h * 0.42)}z`;
  const light = `M${n(x - w * 0.7)} ${n(y - h * 0.6)}C${n(x - w * 0.5)} ${n(y - h * 0.8)} ${n(x - w * 0.2)} ${n(y - h * 0.86)} ${n(x + w * 0.14)} ${n(y - h * 0.86)}`;
  return `<path d="${body}" fill="${color}"/><path d="${light}" fill="none" stroke="#fff" stroke-opacity=".3" stroke-width="${n(h * 0.06)}" stroke-linecap="round"/>`;
}

/** An arch that stands on `bottom`, as a path. */
export function arch(x: number, bottom: number, width: number, height: number): string {
  const r = width / 2;
  return `M${n(x - r)} ${n(bottom)}V${n(bottom - height + r)}a${n(r)} ${n(r)} 0 0 1 ${n(width)} 0V${n(bottom)}z`;
}

/** Two decimals are finer than a pixel, and keep the files small. */
export function n(value: number): string {
  return String(Math.round(value * 100) / 100);
}
