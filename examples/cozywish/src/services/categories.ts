/** The kinds of service, in the order they are offered. The key is in the database and in addresses. */
export const categories = {
  massage: "Massage",
  sauna: "Sauna & bath",
  facial: "Facial",
  ritual: "Body ritual",
  movement: "Yoga & breath",
  hands: "Hands & feet",
} as const;

export type Category = keyof typeof categories;

export function isCategory(text: string): text is Category {
  return Object.hasOwn(categories, text);
}
