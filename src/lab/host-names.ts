/** So many hosts are host1, host2 and so on. */
export function hostNames(hosts: number | readonly string[]): readonly string[] {
  return typeof hosts === "number" ? Array.from({ length: hosts }, (_, index) => `host${index + 1}`) : hosts;
}
