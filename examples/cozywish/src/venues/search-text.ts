/** Without accents and capitals: `Søren Café` is found by `cafe`. */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

export function searchText(
  venue: { name: string; city: string; description: string },
  services: readonly { name: string; category: string }[],
): string {
  const words = [venue.name, venue.city, venue.description, ...services.flatMap((s) => [s.name, s.category])];
  return fold(words.join(" "));
}
