import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serviceScript } from "./peer-host.ts";
import type { Contestant } from "./contestants.ts";
import { peerPort, type Stage } from "./stage.ts";

const root = "/srv/capistrano";

/** Capistrano 3 as its documentation sets it up: git, releases side by side, a link to the current one, all hosts in parallel. */
export function capistrano(): Contestant {
  const cap = async (stage: Stage, task: string) => {
    await stage.tool("cap", ["staging", task], { cwd: join(stage.folder, "capistrano") });
    return {};
  };
  return {
    name: "Capistrano",
    port: peerPort,
    async setUp(stage) {
      await layFiles(stage);
      await stage.everywhere(
        `${serviceScript(`${root}/current`, `${root}/shared/venv`)}\nmkdir -p ${root}/shared\npython3 -m venv ${root}/shared/venv\n`,
      );
    },
    deploy: (stage) => cap(stage, "deploy"),
    rollBack: (stage) => cap(stage, "deploy:rollback"),
    takeDown: (stage) => stage.everywhere("systemctl disable -q --now peers"),
  };
}

async function layFiles({ folder, hosts, repository, ssh }: Stage): Promise<void> {
  const at = join(folder, "capistrano");
  await mkdir(join(at, "config", "deploy"), { recursive: true });
  await writeFile(join(at, "Capfile"), capfile);
  await writeFile(join(at, "config", "deploy.rb"), recipe(repository));
  await writeFile(join(at, "config", "deploy", "staging.rb"), servers(hosts, ssh));
}

const capfile = `require "capistrano/setup"
require "capistrano/deploy"
require "capistrano/scm/git"
install_plugin Capistrano::SCM::Git
`;

function recipe(repository: string): string {
  return `set :application, "cozywish"
set :repo_url, "${repository}"
set :branch, "main"
set :deploy_to, "${root}"
set :keep_releases, 5
set :format, :simpletext
set :log_level, :info

def with_environment(command)
  "cd #{release_path} && set -a && . /etc/cozywish.env && set +a && . ${root}/shared/venv/bin/activate && #{command}"
end

namespace :deploy do
  task :prepare_application do
    on(roles(:web)) { execute with_environment("pip install -q -r requirements.txt") }
    on(primary(:web)) { execute with_environment("python manage.py migrate") }
    on(roles(:web)) { execute with_environment("python manage.py collectstatic --noinput") }
  end
  task :restart do
    on(roles(:web)) { execute "systemctl restart peers" }
  end
  after :updated, :prepare_application
  after :published, :restart
  after :finishing_rollback, :restart
end
`;
}

function servers(hosts: readonly string[], ssh: readonly string[]): string {
  const [, key = ""] = ssh;
  const list = hosts.map((host, index) => `server "${host}", roles: %w[web], primary: ${index === 0}\n`);
  return `${list.join("")}set :ssh_options, { user: "root", keys: ["${key}"], keys_only: true, verify_host_key: :never }\n`;
}
