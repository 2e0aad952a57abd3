/** What the peers' service gets: the same that cozy's release is told, with a database of their own. */
export function applicationVariables(
  env: NodeJS.ProcessEnv,
  hosts: readonly string[],
  data: string,
): Readonly<Record<string, string>> {
  const database = new URL(env["STAGING_DATABASE"] ?? "");
  database.pathname = "/peers";
  return {
    DJANGO_SETTINGS_MODULE: "project_root.settings.production",
    DJANGO_SECRET_KEY: "a-key-of-the-lab-that-is-long-enough-for-django",
    DATABASE_URL: String(database),
    CACHE_URL: `redis://${data}:6379/3`,
    SESSIONS_URL: `redis://${data}:6379/4`,
    QUEUE_URL: `redis://${data}:6379/5`,
    ALLOWED_HOSTS: `localhost,${hosts.join(",")}`,
    HTTPS_ONLY: "false",
    MEDIA_URL: "file:///srv/media",
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: "/srv/wheels",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
  };
}

/** For systemd and for a shell that reads it. */
export function variablesText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** nginx before a gunicorn at a port, as the strategy has it; the service is each peer's own. */
export function peerHostScript(port: number): string {
  return `set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get install -qy --no-install-recommends python3-venv python3-setuptools git >/dev/null 2>&1
mkdir -p /srv/media
cat > /etc/nginx/conf.d/peers.conf <<'SITE'
server {
  listen ${port};
  location /static/ { root /srv/peers; }
  location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-Proto $scheme;
  }
}
SITE
nginx -t -q
systemctl reload nginx
`;
}

/** A unit that runs what lies in a folder. */
export function serviceScript(code: string, venv: string): string {
  return `set -eu
cat > /etc/systemd/system/peers.service <<'UNIT'
[Service]
WorkingDirectory=${code}
EnvironmentFile=/etc/cozywish.env
ExecStart=${venv}/bin/gunicorn project_root.wsgi --workers 3 --bind 127.0.0.1:8000
KillMode=mixed
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable -q peers
`;
}

/** A host that the others fetch from. */
export const sourceScript = `set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get install -qy --no-install-recommends git >/dev/null 2>&1
git init -q --bare -b main /srv/app.git
systemd-run --quiet --unit=source git daemon --export-all --base-path=/srv --reuseaddr /srv
`;
