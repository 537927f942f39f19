/** Processor time of this thread in milliseconds: what a reader costs, however busy the machine is. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
