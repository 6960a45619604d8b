/** How long this thread computes at something that does not wait. Unlike time, it does not grow while others compute. */
export function cpuMillisOf(compute: () => unknown): number {
  const before = process.threadCpuUsage();
  compute();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
