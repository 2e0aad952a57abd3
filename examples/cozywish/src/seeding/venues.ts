import type { Venue } from "../venues/venue.ts";
import type { SceneName } from "./artwork/draw.ts";
import type { PaletteName } from "./artwork/palettes.ts";

/** A place as the seed describes it; its id comes from its name. */
export type SeedVenue = Omit<Venue, "id" | "opensAt" | "closesAt" | "timeZone"> & {
  /** Opening and closing, in hours. */
  open: [number, number];
  palette: PaletteName;
  scenes: [SceneName, SceneName, SceneName];
};

export const timeZones: Record<string, string> = {
  Lisbon: "Europe/Lisbon",
  Berlin: "Europe/Berlin",
  Helsinki: "Europe/Helsinki",
  Vienna: "Europe/Vienna",
  Dublin: "Europe/Dublin",
};

export const seedVenues: readonly SeedVenue[] = [
  {
    name: "Harbour Light Baths",
    city: "Helsinki",
    address: "14 Quay Lane",
    description:
      "Two wood-fired saunas and a cold plunge straight into the bay. Phones stay in the locker, tea is on the stove.",
    open: [8, 22],
    rooms: 3,
    rating: 4.9,
    reviewCount: 412,
    palette: "dawn",
    scenes: ["lake", "sauna", "bowl"],
  },
  {
    name: "The Slow House",
    city: "Lisbon",
    address: "27 Fig Tree Steps",
    description:
      "A townhouse with thick walls, blue tiles and six quiet rooms around a courtyard. Nobody hurries here.",
    open: [9, 20],
    rooms: 2,
    rating: 4.8,
    reviewCount: 286,
    palette: "clay",
    scenes: ["room", "shelf", "lake"],
  },
  {
    name: "Moss & Ember",
    city: "Berlin",
    address: "5 Canal Yard",
    description:
      "A sauna in the back yard, a garden of ferns and a fire to sit by between rounds. Open late, every night.",
    open: [10, 23],
    rooms: 3,
    rating: 4.7,
    reviewCount: 538,
    palette: "fern",
    scenes: ["cabin", "pool", "stones"],
  },
  {
    name: "Still Water Rooms",
    city: "Vienna",
    address: "61 Chestnut Street",
    description:
      "Deep massage and long silences under a vaulted ceiling. Four therapists who have worked together for years.",
    open: [9, 21],
    rooms: 2,
    rating: 4.9,
    reviewCount: 197,
    palette: "mist",
    scenes: ["stones", "room", "bowl"],
  },
  {
    name: "Nightjar Sauna",
    city: "Helsinki",
    address: "3 Birch Point",
    description:
      "Heat, stars and the lake. An evening sauna at the edge of the forest with a jetty of its own.",
    open: [12, 24],
    rooms: 2,
    rating: 4.8,
    reviewCount: 351,
    palette: "night",
    scenes: ["cabin", "stones", "pool"],
  },
  {
    name: "Casa Alecrim",
    city: "Lisbon",
    address: "8 Rosemary Square",
    description:
      "Facials with what grows in the garden, from rosemary to bitter orange, mixed while you watch.",
    open: [9, 19],
    rooms: 2,
    rating: 4.7,
    reviewCount: 164,
    palette: "dawn",
    scenes: ["shelf", "bowl", "room"],
  },
  {
    name: "Linden Hour",
    city: "Berlin",
    address: "92 Linden Row",
    description:
      "A small studio for breath and slow yoga by day, sound baths by night. Mats, blankets and soup included.",
    open: [7, 21],
    rooms: 1,
    rating: 4.6,
    reviewCount: 129,
    palette: "dusk",
    scenes: ["stones", "shelf", "lake"],
  },
  {
    name: "Kaiser Thermal",
    city: "Vienna",
    address: "1 Fountain Court",
    description:
      "An old thermal bath under painted arches: warm, warmer and hot, and a tea room to come to afterwards.",
    open: [8, 22],
    rooms: 3,
    rating: 4.5,
    reviewCount: 702,
    palette: "clay",
    scenes: ["pool", "stones", "shelf"],
  },
  {
    name: "Seaglass Spa",
    city: "Dublin",
    address: "40 Strand Road",
    description: "Seaweed baths, warm stones and a view of whatever the weather is doing over the bay.",
    open: [9, 20],
    rooms: 2,
    rating: 4.6,
    reviewCount: 233,
    palette: "mist",
    scenes: ["lake", "room", "bowl"],
  },
  {
    name: "Two Left Hands",
    city: "Dublin",
    address: "17 Copper Alley",
    description:
      "Hands and feet, done properly and with no small talk unless you start it. Excellent biscuits.",
    open: [10, 19],
    rooms: 2,
    rating: 4.5,
    reviewCount: 88,
    palette: "dusk",
    scenes: ["bowl", "shelf", "room"],
  },
  {
    name: "Atelier Calm",
    city: "Vienna",
    address: "33 Upper Lane",
    description: "Body rituals in a bright attic: salt, oil, linen and an hour of sleep if you want it.",
    open: [10, 20],
    rooms: 1,
    rating: 4.4,
    reviewCount: 71,
    palette: "fern",
    scenes: ["room", "bowl", "lake"],
  },
  {
    name: "Onda Pequena",
    city: "Lisbon",
    address: "2 River Stairs",
    description: "A tiny bath house by the river. Two pools, one masseur, the best lemonade in the city.",
    open: [10, 22],
    rooms: 1,
    rating: 4.4,
    reviewCount: 105,
    palette: "night",
    scenes: ["pool", "lake", "shelf"],
  },
];
