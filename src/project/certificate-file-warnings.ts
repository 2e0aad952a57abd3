import { readFile } from "node:fs/promises";
import { messageOf } from "../errors/cozy-error.ts";
import { certificateState } from "../routing/nginx/certificate-state.ts";
import { certificateWarnings } from "../routing/nginx/certificate-warnings.ts";
import { certificateNames, endsTls } from "../routing/nginx/site-facts.ts";
import type { Environment, Project } from "./project.ts";

/** What is wrong with certificates that are given as files on this machine, or will be soon. `now` in milliseconds since the epoch. */
export async function certificateFileWarnings(project: Project, now: number): Promise<readonly string[]> {
  const warnings = await Promise.all(
    Object.values(project.environments).map((environment) => ofEnvironment(environment, now)),
  );
  return warnings.flat();
}

async function ofEnvironment(
  { name, domains, target }: Environment,
  now: number,
): Promise<readonly string[]> {
  if (target.kind !== "servers" || domains?.certificate.kind !== "given") return [];
  if (!endsTls({ domains, balancer: target.balancer })) return [];
  const { certificate } = domains;
  try {
    const chain = await readFile(certificate.chain, "utf8");
    const state = certificateState(chain, certificateNames(domains), now);
    const fleet = [{ host: "this machine", certificate: state }];
    return certificateWarnings(fleet, { environment: name, certificate, now });
  } catch (error) {
    return [`The certificate of ${name} can't be read: ${messageOf(error)}`];
  }
}
