import type { Contestant } from "./contestants.ts";
import { underLoad } from "./measure.ts";
import type { Stage } from "./stage.ts";

/** What a contestant made of a release that can't start. */
export interface Broken {
  readonly contestant: string;
  readonly hosts: number;
  /** Whether its command said that all is well. */
  readonly isContent: boolean;
  /** Hosts that answer users some seconds later. */
  readonly serving: number;
  readonly sent: number;
  readonly failed: number;
}

const wsgi = "project_root/wsgi.py";

/** Only what gunicorn imports meets it: packages install, migrations run, static files are collected. */
const fault = "import a_package_that_nobody_installed\n";

/** Has the contestant deploy it, and a whole one after it. */
export async function deployBroken(stage: Stage, contestant: Contestant): Promise<Broken> {
  const whole = await stage.read(wsgi);
  const commit = await stage.commit({ [wsgi]: `${fault}${whole}` });
  let isContent = true;
  const { sent, failed } = await underLoad(stage, contestant, async () => {
    try {
      await contestant.deploy(stage, commit);
    } catch {
      isContent = false;
    }
    await new Promise((resolve) => void setTimeout(resolve, settleMs));
    return {};
  });
  const serving = (await Promise.all(stage.hosts.map((host) => answers(host, contestant.port)))).filter(
    Boolean,
  );
  await contestant.deploy(stage, await stage.commit({ [wsgi]: whole }));
  return {
    contestant: contestant.name,
    hosts: stage.hosts.length,
    isContent,
    serving: serving.length,
    sent,
    failed,
  };
}

/** Restarts that might yet help have been tried by then. */
const settleMs = 5_000;

async function answers(host: string, port: number): Promise<boolean> {
  const signal = AbortSignal.timeout(5_000);
  return fetch(`http://${host}:${port}/healthz`, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}
