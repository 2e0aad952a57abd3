const head = "# Made by `cozy setup`, which replaces it: what is changed here by hand does not stay.";

/** systemd: brings the certificate here once. */
export function fetchService(id: string, program: string): string {
  return [
    head,
    "[Unit]",
    `Description=The certificate of ${id}, from the host that renews it`,
    "Wants=network-online.target",
    "After=network-online.target",
    "",
    "[Service]",
    "Type=oneshot",
    `ExecStart=${program}`,
    "TimeoutStartSec=3min",
    "",
  ].join("\n");
}

/** Twice a day, as certbot looks; it renews weeks before the end. */
export function fetchTimer(id: string): string {
  return [
    head,
    "[Unit]",
    `Description=The certificate of ${id}, twice a day`,
    "",
    "[Timer]",
    "OnCalendar=*-*-* 00/12:00:00",
    "RandomizedDelaySec=2h",
    "Persistent=true",
    "",
    "[Install]",
    "WantedBy=timers.target",
    "",
  ].join("\n");
}
