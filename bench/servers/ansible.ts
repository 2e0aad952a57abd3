import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serviceScript } from "./peer-host.ts";
import type { Contestant } from "./contestants.ts";
import { peerPort, type Stage } from "./stage.ts";

const code = "/srv/ansible";

/** A playbook as most are: modules, a handler that restarts, pipelining, and as many forks as there are hosts. */
export function ansible(): Contestant {
  const play = async (stage: Stage, commit: string) => {
    const at = join(stage.folder, "ansible");
    await stage.tool("ansible-playbook", ["-i", "hosts", "deploy.yml", "-e", `version=${commit}`], {
      cwd: at,
      env: { LC_ALL: "C.UTF-8" },
    });
    return {};
  };
  return {
    name: "Ansible",
    port: peerPort,
    async setUp(stage) {
      await layFiles(stage);
      await stage.everywhere(`${serviceScript(code, `${code}-venv`)}\npython3 -m venv ${code}-venv\n`);
    },
    deploy: play,
    rollBack: play,
    takeDown: (stage) => stage.everywhere("systemctl disable -q --now peers"),
  };
}

async function layFiles({ folder, hosts, ssh, repository }: Stage): Promise<void> {
  const at = join(folder, "ansible");
  await mkdir(at, { recursive: true });
  const options = ssh.join(" ");
  const lines = hosts.map((host) => `${host} ansible_user=root ansible_python_interpreter=/usr/bin/python3`);
  await writeFile(join(at, "hosts"), `[web]\n${lines.join("\n")}\n`);
  await writeFile(
    join(at, "ansible.cfg"),
    `[defaults]
forks = ${Math.max(5, hosts.length)}
gathering = explicit
[ssh_connection]
pipelining = True
ssh_args = ${options} -o ControlMaster=auto -o ControlPersist=60s
`,
  );
  await writeFile(join(at, "deploy.yml"), playbook(repository));
}

function playbook(repository: string): string {
  const shell = "set -a && . /etc/cozywish.env && set +a";
  return `- hosts: web
  vars:
    pip_environment: { PIP_NO_INDEX: "1", PIP_FIND_LINKS: /srv/wheels }
  handlers:
    - name: restart
      ansible.builtin.systemd: { name: peers, state: restarted }
  tasks:
    - name: code
      ansible.builtin.git: { repo: "${repository}", dest: ${code}, version: "{{ version }}" }
      notify: restart
    - name: packages
      ansible.builtin.pip: { requirements: ${code}/requirements.txt, virtualenv: ${code}-venv }
      environment: "{{ pip_environment }}"
    - name: migrations
      ansible.builtin.shell: ${shell} && ${code}-venv/bin/python manage.py migrate
      args: { chdir: ${code} }
      run_once: true
    - name: static files
      ansible.builtin.shell: ${shell} && ${code}-venv/bin/python manage.py collectstatic --noinput
      args: { chdir: ${code} }
    - name: service
      ansible.builtin.systemd: { name: peers, state: started }
`;
}
