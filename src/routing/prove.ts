import { request as httpRequest } from "node:http";
import type { Proof } from "../hosts/host.ts";
import { messageOf } from "../errors/cozy-error.ts";
import { pause } from "../shared/pause.ts";
import { usualHeaders } from "./check-headers.ts";
import { proofHeaders, readProofToken } from "./proof-token.ts";
import type { ProveRequest } from "./proxy-port.ts";
import { bucketName, instanceOf, releaseOf } from "./route-table.ts";

export interface ProveInput extends ProveRequest {
  readonly address: string;
  readonly port: number;
  readonly tokenFile: string;
  /** How long the proxy may take to serve by the table; 2 s unless told otherwise. */
  readonly withinMs?: number;
}

/** How a proxy is asked for a proof. */
export interface ProofAsked extends ProveRequest {
  /** Where it is asked, for messages: `127.0.0.1:443`. */
  readonly where: string;
  /** Asks for the check's path by a bucket. */
  ask(bucket: string, signal: AbortSignal): Promise<ProofAnswer>;
  readonly withinMs?: number | undefined;
  /** How long an answer may be on its way, in milliseconds; 10 s unless told otherwise. */
  readonly answerWithinMs?: number | undefined;
}

export interface ProofAnswer {
  readonly status: number;
  /** Who answered, as the proxy tells; none of them where it is no proxy of this environment. */
  readonly release: string | undefined;
  readonly instance: string | undefined;
  readonly table: string | undefined;
}

const retryMs = 20;

/**
 * Reads the served release back through the port that users ask: every instance of the table is asked by a bucket that leads to it, and
 * has to answer as the check says, under its own name and by this table.
 */
export async function prove(input: ProveInput, signal: AbortSignal): Promise<Proof> {
  const token = await readProofToken(input.tokenFile);
  const where = `${input.address}:${input.port}`;
  return await proveBy(
    { ...input, where, ask: (bucket, signal) => answerOf(input, token, bucket, signal) },
    signal,
  );
}

/** The same by whatever way the proxy is asked. */
export async function proveBy(input: ProofAsked, signal: AbortSignal): Promise<Proof> {
  const { withinMs = 2_000, answerWithinMs = 10_000 } = input;
  const now = performance.now();
  // Who answers wrongly is given up soon. Who is slow may be a sound release on a machine that has two of them to carry just now.
  const until = { right: now + withinMs, answered: now + Math.max(withinMs, answerWithinMs) };
  const bucketsBySocket = new Map(input.table.sockets.map((socket, bucket) => [socket, bucket]));
  const answers = await Promise.all(
    [...bucketsBySocket].map(async ([socket, bucket]) => ({
      socket,
      failure: await untilProven(input, socket, bucket, until, signal),
    })),
  );
  const served: Record<string, number> = {};
  for (const { socket, failure } of answers) {
    if (failure === undefined) served[releaseOf(socket)] = (served[releaseOf(socket)] ?? 0) + 1;
  }
  const failures = answers.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  return { served, failures: [...new Set(failures)] };
}

async function untilProven(
  input: ProofAsked,
  socket: string,
  bucket: number,
  until: { readonly right: number; readonly answered: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  let told: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const left = AbortSignal.timeout(Math.max(1, Math.ceil(until.answered - performance.now())));
    const failure = await askOnce(input, socket, bucket, AbortSignal.any([signal, left]));
    signal.throwIfAborted();
    if (failure === undefined) return undefined;
    // What an answer was wrong in says more than that the time then ran out.
    if (!left.aborted || told === undefined) told = failure;
    if (performance.now() + retryMs >= until.right) return told;
    await pause(retryMs, signal);
  }
}

/** Why the answer is no proof; `undefined` when it is one. */
async function askOnce(
  input: ProofAsked,
  socket: string,
  bucket: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = `${releaseOf(socket)}/${instanceOf(socket)}`;
  try {
    const { status, release, instance, table } = await input.ask(bucketName(bucket), signal);
    if (release === undefined)
      return `${name}: ${status} from ${input.where}, which is not this environment's proxy`;
    if (table !== String(input.table.number))
      return `the proxy serves by table ${table}, not by ${input.table.number}`;
    if (`${release}/${instance}` !== name) return `${name}: ${release}/${instance} answered in its place`;
    if (input.beside?.includes(releaseOf(socket)) === true) return undefined;
    return status === input.check.status ? undefined : `${name}: ${status} instead of ${input.check.status}`;
  } catch (error) {
    return `${name}: ${signal.aborted ? "no answer in time" : messageOf(error)}`;
  }
}

async function answerOf(
  input: ProveInput,
  token: string,
  bucket: string,
  signal: AbortSignal,
): Promise<ProofAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ProofAnswer>();
  const asked = httpRequest(
    {
      host: input.address,
      port: input.port,
      path: input.check.path,
      headers: {
        ...usualHeaders,
        ...input.check.headers,
        [proofHeaders.token]: token,
        [proofHeaders.bucket]: bucket,
      },
      agent: false,
      signal,
    },
    (response) => {
      const header = (name: string) => response.headers[name]?.toString();
      response.resume().on("error", reject);
      resolve({
        status: response.statusCode ?? 0,
        release: header(proofHeaders.release),
        instance: header(proofHeaders.instance),
        table: header(proofHeaders.table),
      });
    },
  );
  asked.on("error", reject);
  asked.end();
  return await promise;
}
