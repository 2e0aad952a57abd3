export const bucketCookie = "cozy_bucket";

const marker = `${bucketCookie}=`;

/** The bucket that a `Cookie` header names; `-1` where it names none or something that is no bucket. */
export function bucketOfCookie(header: string): number {
  for (let at = header.indexOf(marker); at !== -1; at = header.indexOf(marker, at + 1)) {
    const before = header.charCodeAt(at - 1);
    if (at > 0 && before !== semicolon && before !== space) continue;
    return twoDigits(header, at + marker.length);
  }
  return -1;
}

/** A bucket written as two digits and nothing after but the next cookie; else `-1`. */
export function twoDigits(text: string, at = 0): number {
  const end = text.length - at;
  if (end > 2 && text.charCodeAt(at + 2) !== semicolon) return -1;
  const tens = text.charCodeAt(at) - zero;
  const ones = text.charCodeAt(at + 1) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

const semicolon = 0x3b;
const space = 0x20;
const zero = 0x30;
