/** What the proxy has to say about itself, a JSON line on stderr, which the supervisor appends to `proxy.log`. */
export type Note = (level: "info" | "warning" | "error", message: string) => void;

export const noteToStderr: Note = (level, message) => {
  const line = { time: new Date().toISOString(), level, pid: process.pid, message };
  process.stderr.write(`${JSON.stringify(line)}\n`);
};
