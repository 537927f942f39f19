/** The host of an address, as observations name it: one for each host and port, whoever logs in to it. */

const SSH_PORT = '22';

/** `[user@]host[:port]` or `[user@][host]:port` as host-spec.ts spells them; without the user, in lower case, the port only where it is not ssh's own. */
export function hostSubject(address: string): string {
  const host = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return host.endsWith(`:${SSH_PORT}`) && (host.startsWith('[') || host.indexOf(':') === host.lastIndexOf(':'))
    ? host.slice(0, -SSH_PORT.length - 1)
    : host;
}
