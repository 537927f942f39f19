/** What asks this process to end: Ctrl-C, the end of a service, the window closed. */
export const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
