import type { LabLook, HostLook } from "../lab/look.ts";
import { ageText, durationText } from "../shared/duration.ts";
import { counted, listed } from "../shared/words.ts";
import { textTable } from "./text-table.ts";

export function labsText(labs: readonly LabLook[], swept: readonly string[], now: number): string {
  const parts = labs.map((lab) => labText(lab, now));
  if (labs.length === 0) parts.push("There is no lab on this machine.\n  cozy lab up --hosts 4");
  if (swept.length > 0) {
    parts.push(`Taken away, because who made it was killed: ${listed(swept)}.`);
  }
  return parts.join("\n\n");
}

/** What a lab has and whose it is, how each host is, how to log in, and how to be rid of it. */
export function labText(lab: LabLook, now: number): string {
  const by = lab.madeBy === undefined ? "" : ` by ${lab.madeBy.user} in ${lab.madeBy.folder}`;
  const head = `${lab.name}  ${counted(lab.hosts.length, "host")}  made ${madeText(now - lab.createdAt)}${by}`;
  if (lab.phase === "being-made") return `${head}\n  It is being made.`;
  const rows = lab.hosts.map((host) => [host.name, host.address, host.on ? "on" : "off", linkText(host)]);
  const [first] = lab.hosts;
  const login = first && [
    "",
    "Log in:",
    `  ssh -i ${lab.keyFile} -o UserKnownHostsFile=${lab.knownHostsFile} root@${first.address}`,
  ];
  const down = lab.leftBehind ? leftText([lab.name]) : `Take it down:\n${downText(lab.name)}`;
  return [head, textTable(rows, "  "), ...(login ?? []), "", down].join("\n");
}

/** Labs that are up though the programs that were to take them down have ended, and how to be rid of them. */
export function leftText(labs: readonly string[]): string {
  const are = labs.length === 1 ? "is" : "are";
  return [
    `${listed(labs)} ${are} left behind: what was to take ${labs.length === 1 ? "it" : "them"} down has ended.`,
    ...labs.map(downText),
  ].join("\n");
}

function downText(name: string): string {
  return `  cozy lab down --name ${name}`;
}

export function slownessText({
  delayMs,
  lossPercent,
}: {
  readonly delayMs: number;
  readonly lossPercent: number;
}): string {
  return listed([
    ...(delayMs > 0 || lossPercent === 0 ? [`${durationText(delayMs)} more for a round trip`] : []),
    ...(lossPercent > 0 ? [`${lossPercent} % of the packets lost each way`] : []),
  ]);
}

function linkText({ cut, slow }: HostLook): string {
  return [...(cut ? ["cut off"] : []), ...(slow === undefined ? [] : [slownessText(slow)])].join(", ");
}

function madeText(ageMs: number): string {
  const age = ageText(ageMs);
  return age === "now" ? "now" : `${age} ago`;
}
