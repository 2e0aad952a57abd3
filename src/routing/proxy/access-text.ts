import type { AccessLine } from "../access-line.ts";

/** The line as text. By hand, because it is made for every request: only what a client can choose needs escaping. */
export function accessText(line: AccessLine): string {
  let text = `{"format":1,"time":"${line.time}","method":"${line.method}","path":${quoted(line.path)},"query":${line.query}`;
  text += `,"status":${line.status},"ms":${rounded(line.ms)}`;
  if (line.upstreamMs !== undefined) text += `,"upstreamMs":${rounded(line.upstreamMs)}`;
  text += `,"bytes":${line.bytes}`;
  if (line.bucket !== undefined) text += `,"bucket":"${line.bucket}"`;
  if (line.table !== undefined) text += `,"table":${line.table}`;
  if (line.release !== undefined) text += `,"release":${quoted(line.release)}`;
  if (line.instance !== undefined) text += `,"instance":${quoted(line.instance)}`;
  text += `,"address":"${line.address}","id":"${line.id}","agent":${quoted(line.agent)}`;
  if (line.tries !== undefined && line.tries > 1) text += `,"tries":${line.tries}`;
  if (line.files !== undefined) text += `,"files":"${line.files}"`;
  if (line.stream !== undefined) text += `,"stream":"${line.stream}"`;
  if (line.probe) text += `,"probe":true`;
  if (line.aborted) text += `,"aborted":true`;
  if (line.error !== undefined) text += `,"error":${quoted(line.error)}`;
  return `${text}}\n`;
}

/** Milliseconds with three decimals. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
