/** Whether an address (`redis://localhost:6379/0`) leads to the machine that it is used on. */
export function isOwnMachine(url: string): boolean {
  // An address without a host, as PostgreSQL's may be, means a local socket.
  const [, host = ""] = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]*)/i.exec(url) ?? [];
  return host === "" || /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(host);
}
