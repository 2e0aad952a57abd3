import { serviceScript } from "./peer-host.ts";
import type { Contestant } from "./contestants.ts";
import { peerPort, type Stage } from "./stage.ts";

const code = "/srv/shell";

/** The strategy's own commands, word for word, but that all hosts are worked on at the same time. */
export function shell(): Contestant {
  const bring = async (stage: Stage, commit: string) => {
    await stage.tool("git", ["checkout", "-q", commit]);
    await Promise.all(stage.hosts.map((host) => toHost(stage, host)));
    return {};
  };
  return {
    name: "the strategy's shell commands",
    port: peerPort,
    async setUp(stage) {
      await stage.everywhere(
        `${serviceScript(code, `${code}/venv`)}\nmkdir -p ${code}\npython3 -m venv ${code}/venv\n`,
      );
      // On an empty database hosts that migrate side by side get in each other's way, and all but one fail.
      const [first = ""] = stage.hosts;
      await toHost(stage, first);
    },
    deploy: bring,
    async rollBack(stage, commit) {
      await bring(stage, commit);
      await stage.tool("git", ["checkout", "-q", "main"]);
      return {};
    },
    takeDown: (stage) => stage.everywhere("systemctl disable -q --now peers"),
  };
}

async function toHost(stage: Stage, host: string): Promise<void> {
  const { ssh } = stage;
  const left = [".git", "venv", "__pycache__", ".cozy"].flatMap((name) => ["--exclude", name]);
  await stage.tool("rsync", ["-az", ...left, "-e", ["ssh", ...ssh].join(" "), "./", `root@${host}:${code}/`]);
  const steps = [
    `cd ${code}`,
    "set -a && . /etc/cozywish.env && set +a",
    ". venv/bin/activate",
    "pip install -q -r requirements.txt",
    "python manage.py migrate",
    "python manage.py collectstatic --noinput",
    "systemctl restart peers",
  ];
  await stage.tool("ssh", [...ssh, `root@${host}`, steps.join(" && ")]);
}
