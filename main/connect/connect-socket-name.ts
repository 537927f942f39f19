/** The sockets of the agents of connects, `connect/PID-NNN.sock` in the data folder: one for each, gone with it. */

/** Three digits to the base 36: always the same length, because the path of a socket is short of room. */
const NAMES = 36 ** 3;
let count = 0;

/** A name that no other connect of this process has, and none of another process. */
export function newSocketName(): string {
  count = (count + 1) % NAMES;
  return socketName(count);
}

/** The name that `newSocketName` comes to last: for the head start, which is a bundle of its own and knows nothing of that count. */
export function headStartSocketName(): string {
  return socketName(0);
}

function socketName(number: number): string {
  return `${process.pid}-${number.toString(36).padStart(3, '0')}.sock`;
}
