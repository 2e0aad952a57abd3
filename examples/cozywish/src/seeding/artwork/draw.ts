import { pool, room, sauna } from "./interiors.ts";
import { cabin, lake, stones } from "./landscapes.ts";
import { palettes, type PaletteName } from "./palettes.ts";
import { randomOf } from "./random.ts";
import { HEIGHT, WIDTH } from "./shapes.ts";
import { bowl, shelf } from "./still-life.ts";

const scenes = { lake, stones, cabin, room, sauna, pool, shelf, bowl } as const;

export type SceneName = keyof typeof scenes;

/** What a picture shows, for those who can't see it. */
export const sceneDescriptions: Record<SceneName, string> = {
  lake: "A lake among hills with a wooden jetty",
  stones: "Balanced stones on still water",
  cabin: "A lit cabin among trees",
  room: "A quiet room with a tub before an arched window",
  sauna: "A sauna with a glowing stove",
  pool: "A pool under arches",
  shelf: "A candle, towels and a green branch on a shelf",
  bowl: "A bowl of petals among leaves",
};

/** An SVG picture, 4 to 3; the same seed always draws the same one. */
export function drawPicture(scene: SceneName, palette: PaletteName, seed: string): string {
  const content = scenes[scene](randomOf(`${scene}:${seed}`), palettes[palette]);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">${content}</svg>\n`;
}
