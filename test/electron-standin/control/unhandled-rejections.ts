/** Rejections of the main process that nobody handled, with their stacks; the driver's snapshot shows them. */
export const unhandledRejections: string[] = [];
