let lastMs = 0;
let lastText = "";

/** The time as the access log writes it; a busy proxy asks several times a millisecond. */
export function timeNow(): string {
  const ms = Date.now();
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = new Date(ms).toISOString();
  }
  return lastText;
}
