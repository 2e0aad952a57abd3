import type { Category } from "../services/categories.ts";

/** Minutes, whole euros, and where there is one the discount: per cent, from hour, until hour. */
export type SeedService = {
  name: string;
  category: Category;
  minutes: number;
  euros: number;
  about: string;
  offPeak?: [percent: number, from: number, until: number];
};

const swedish = {
  name: "Swedish massage",
  category: "massage",
  about: "Long, warm strokes for a tired back.",
} as const;
const deep = {
  name: "Deep tissue massage",
  category: "massage",
  about: "Slow and strong, where it's needed most.",
} as const;
const couples = {
  name: "Massage for two",
  category: "massage",
  about: "Side by side, in the same quiet room.",
} as const;
const stone = {
  name: "Hot stone massage",
  category: "massage",
  about: "Warm basalt along the spine, then hands.",
} as const;
const smoke = {
  name: "Wood-fired sauna",
  category: "sauna",
  about: "Three rounds of heat, cold and rest, at your own pace.",
} as const;
const soak = {
  name: "Thermal soak",
  category: "sauna",
  about: "Three pools, a robe and as much tea as you like.",
} as const;
const plunge = {
  name: "Sauna and cold plunge",
  category: "sauna",
  about: "Guided: how to breathe, how long, and when to stop.",
} as const;
const facial = {
  name: "Garden facial",
  category: "facial",
  about: "Cleansing, a herb mask and a massage of the face.",
} as const;
const glow = {
  name: "Express facial",
  category: "facial",
  about: "Half an hour that looks like a night's sleep.",
} as const;
const scrub = {
  name: "Salt and oil ritual",
  category: "ritual",
  about: "Sea salt, warm oil, hot linen, and a nap.",
} as const;
const seaweed = {
  name: "Seaweed bath",
  category: "ritual",
  about: "A deep tub, fresh seaweed, silence.",
} as const;
const yoga = {
  name: "Slow yoga",
  category: "movement",
  about: "Few postures, held long. For any body.",
} as const;
const breath = {
  name: "Breath session",
  category: "movement",
  about: "Lying down, breathing, and nothing else.",
} as const;
const sound = {
  name: "Sound bath",
  category: "movement",
  about: "Bowls and gongs while you lie under a blanket.",
} as const;
const hands = {
  name: "Hand care",
  category: "hands",
  about: "Shaped, softened and left bare, or polished.",
} as const;
const feet = {
  name: "Foot care and massage",
  category: "hands",
  about: "A warm soak first, then everything else.",
} as const;

/** What each place offers, by the place's name. */
export const seedServices: Record<string, readonly SeedService[]> = {
  "Harbour Light Baths": [
    { ...smoke, minutes: 120, euros: 38, offPeak: [30, 8, 14] },
    { ...plunge, minutes: 90, euros: 45, offPeak: [20, 8, 12] },
    { ...swedish, minutes: 60, euros: 79 },
    { ...scrub, minutes: 90, euros: 95, offPeak: [15, 10, 15] },
    { ...breath, minutes: 60, euros: 28 },
  ],
  "The Slow House": [
    { ...swedish, minutes: 60, euros: 68, offPeak: [25, 10, 15] },
    { ...deep, minutes: 90, euros: 98, offPeak: [20, 10, 15] },
    { ...couples, minutes: 90, euros: 165 },
    { ...facial, minutes: 60, euros: 72 },
    { ...glow, minutes: 30, euros: 39, offPeak: [15, 9, 12] },
  ],
  "Moss & Ember": [
    { ...smoke, minutes: 120, euros: 34, offPeak: [35, 10, 16] },
    { ...plunge, minutes: 90, euros: 39, offPeak: [25, 10, 16] },
    { ...deep, minutes: 60, euros: 75 },
    { ...sound, minutes: 60, euros: 25 },
  ],
  "Still Water Rooms": [
    { ...deep, minutes: 90, euros: 115, offPeak: [20, 9, 13] },
    { ...swedish, minutes: 60, euros: 82, offPeak: [20, 9, 13] },
    { ...stone, minutes: 90, euros: 125 },
    { ...couples, minutes: 120, euros: 210 },
  ],
  "Nightjar Sauna": [
    { ...smoke, minutes: 120, euros: 42, offPeak: [25, 12, 17] },
    { ...plunge, minutes: 90, euros: 49, offPeak: [25, 12, 17] },
    { ...stone, minutes: 60, euros: 89 },
    { ...sound, minutes: 60, euros: 30 },
  ],
  "Casa Alecrim": [
    { ...facial, minutes: 60, euros: 65, offPeak: [20, 9, 13] },
    { ...glow, minutes: 30, euros: 35, offPeak: [20, 9, 13] },
    { ...scrub, minutes: 90, euros: 88 },
    { ...hands, minutes: 30, euros: 24 },
  ],
  "Linden Hour": [
    { ...yoga, minutes: 60, euros: 18, offPeak: [30, 11, 16] },
    { ...breath, minutes: 60, euros: 22, offPeak: [30, 11, 16] },
    { ...sound, minutes: 90, euros: 32 },
    { ...swedish, minutes: 60, euros: 64, offPeak: [15, 11, 16] },
  ],
  "Kaiser Thermal": [
    { ...soak, minutes: 120, euros: 29, offPeak: [40, 8, 13] },
    { ...soak, name: "Thermal day", minutes: 240, euros: 49, offPeak: [30, 8, 13] },
    { ...swedish, minutes: 30, euros: 42 },
    { ...scrub, minutes: 60, euros: 69 },
    { ...feet, minutes: 60, euros: 48, offPeak: [20, 8, 13] },
  ],
  "Seaglass Spa": [
    { ...seaweed, minutes: 60, euros: 45, offPeak: [20, 9, 14] },
    { ...stone, minutes: 90, euros: 105 },
    { ...facial, minutes: 60, euros: 70, offPeak: [15, 9, 14] },
    {
      ...couples,
      name: "Seaweed bath for two",
      category: "ritual",
      minutes: 60,
      euros: 80,
      about: "Two tubs, one window.",
    },
  ],
  "Two Left Hands": [
    { ...hands, minutes: 30, euros: 26, offPeak: [20, 10, 14] },
    { ...hands, name: "Hand care, the long one", minutes: 60, euros: 42 },
    { ...feet, minutes: 60, euros: 46, offPeak: [20, 10, 14] },
    { ...glow, minutes: 30, euros: 38 },
  ],
  "Atelier Calm": [
    { ...scrub, minutes: 90, euros: 84, offPeak: [30, 10, 15] },
    { ...deep, minutes: 60, euros: 74 },
    { ...facial, minutes: 60, euros: 66, offPeak: [20, 10, 15] },
    { ...breath, minutes: 60, euros: 26 },
  ],
  "Onda Pequena": [
    { ...soak, minutes: 90, euros: 24, offPeak: [35, 10, 16] },
    { ...plunge, minutes: 60, euros: 28, offPeak: [25, 10, 16] },
    { ...swedish, minutes: 60, euros: 58 },
  ],
};
