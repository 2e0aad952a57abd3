/** The longest value in bytes: Linux hands a program no variable that is longer than twice this. */
const mostBytes = 64 * 1024;

/** Why a text can't be the value of a secret; `undefined` where it can. Pure. */
export function valueFault(text: string): string | undefined {
  if (text === "") return "is empty; an application would find it missing";
  if (text.includes("\0"))
    return "holds a zero byte, which no variable can; encode it, in base64 for example";
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes) return `has ${bytes} bytes; more than ${mostBytes} don't fit into a variable`;
  return undefined;
}
