/** A device that writes as fast as it can into a terminal: how fast it is drawn, and for how long anything else has to wait. */
import type { ContractBridge } from '../../../main/ipc/contract.ts';
import type { LabDesktop } from '../../lab/desktop-app.ts';

export interface Throughput {
  readonly megabytes: number;
  /** From Enter to the frame with the last line. */
  readonly seconds: number;
  /** The longest time in which the page ran no timer, or began no frame. */
  readonly pageTimerStallMs: number;
  readonly pageFrameStallMs: number;
  /** The longest time in which the main process ran no timer. */
  readonly mainStallMs: number;
  /** The most that its main thread worked between two timers: what others do on the machine is not in it. */
  readonly mainWorkMs: number;
}

/** What a log on a device looks like. No spaces: the lab's shell would divide it there. */
const LINE =
  '2026-11-23T05:17:20Z_ce1-rack4_Bgp:_%09.0f_BGP-5-ADJCHANGE:_peer_10.64.0.7_(VRF_default_AS_65001)_old_state_OpenConfirm_event_Established';
const FORMAT = '%09.0f';
const LINE_BYTES = LINE.length - FORMAT.length + 9 + '\r\n'.length;

const LIMIT_MS = 180_000;

/** Wants a session that is open, at its prompt, on the screen. Throws when not every line came, or the last is not on the screen. */
export async function measureThroughput(desktop: LabDesktop, megabytes: number): Promise<Throughput> {
  const lines = Math.ceil((megabytes * 1e6) / LINE_BYTES);
  const { window } = desktop;
  const command = `bash seq -f ${LINE} ${lines}`;
  await window.locator('.xterm-screen').click();
  await window.keyboard.type(command);
  const lastLine = LINE.replace(FORMAT, String(lines).padStart(9, '0'));
  await window.evaluate(watchTerminal, {
    lines,
    lastLine: lastLine.slice(lastLine.indexOf('Bgp'), lastLine.indexOf('_peer')),
    limitMs: LIMIT_MS,
  });
  await desktop.evaluate(watchMain);
  await window.keyboard.press('Enter');
  const page = await window.evaluate(() => (globalThis as unknown as { throughput: Promise<Page> }).throughput);
  const main = await desktop.evaluate(() => (globalThis as unknown as { endWatching: () => Main }).endWatching());
  if (page.lines < lines) throw new Error(`of ${lines} lines, ${page.lines} came within ${LIMIT_MS / 1000} s`);
  if (!page.isLastShown) throw new Error('the last line came and is not on the screen');
  return {
    megabytes: page.bytes / 1e6,
    seconds: page.ms / 1000,
    pageTimerStallMs: page.timerStallMs,
    pageFrameStallMs: page.frameStallMs,
    mainStallMs: main.stallMs,
    mainWorkMs: main.workMs,
  };
}

interface Main {
  readonly stallMs: number;
  readonly workMs: number;
}

interface Page {
  readonly lines: number;
  readonly bytes: number;
  readonly ms: number;
  readonly isLastShown: boolean;
  readonly timerStallMs: number;
  readonly frameStallMs: number;
}

/** In the document: counts what comes by a receiver beside the window's own, and looks at the clock all the time. */
function watchTerminal({
  lines: wanted,
  lastLine,
  limitMs,
}: {
  lines: number;
  lastLine: string;
  limitMs: number;
}): void {
  let [lines, bytes, timerStallMs, frameStallMs] = [0, 0, 0, 0];
  let began = performance.now();
  let isOver = false;
  const page = globalThis as unknown as { readonly glasskey: ContractBridge; countOutput?: (data: Uint8Array) => void };
  // The bridge takes receivers and gives none back, and each costs a copy of what comes: there is one, whatever was measured before.
  if (page.countOutput === undefined) {
    page.glasskey.onEvent(({ name, payload }) => {
      if (name === 'session.output') page.countOutput?.((payload as { readonly data: Uint8Array }).data);
    });
  }
  page.countOutput = (data) => {
    if (isOver) return;
    bytes += data.length;
    for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, at + 1)) lines += 1;
  };
  let tickedAt = began;
  let framedAt = began;
  // What was before Enter is not measured.
  const begin = ({ timeStamp }: KeyboardEvent) => {
    began = timeStamp;
    tickedAt = timeStamp;
    framedAt = timeStamp;
    timerStallMs = 0;
    frameStallMs = 0;
  };
  document.addEventListener('keydown', begin, { capture: true, once: true });
  const tick = () => {
    const now = performance.now();
    timerStallMs = Math.max(timerStallMs, now - tickedAt);
    tickedAt = now;
    if (!isOver) setTimeout(tick, 4);
  };
  setTimeout(tick, 4);
  const shown = () => (document.querySelector('.xterm-rows')?.textContent ?? '').includes(lastLine);
  const throughput = new Promise<Page>((resolve) => {
    const frame = () => {
      const now = performance.now();
      frameStallMs = Math.max(frameStallMs, now - framedAt);
      framedAt = now;
      const isLastShown = lines >= wanted && shown();
      if (!isLastShown && now - began < limitMs) {
        requestAnimationFrame(frame);
        return;
      }
      isOver = true;
      // One of the line feeds is that of the command itself.
      resolve({ lines: lines - 1, bytes, ms: now - began, isLastShown, timerStallMs, frameStallMs });
    };
    requestAnimationFrame(frame);
  });
  Object.assign(globalThis, { throughput });
}

/** In the main process. */
function watchMain(): void {
  let [stallMs, workMs] = [0, 0];
  let tickedAt = performance.now();
  let workedBefore = process.threadCpuUsage();
  const timer = setInterval(() => {
    const now = performance.now();
    const { user, system } = process.threadCpuUsage(workedBefore);
    stallMs = Math.max(stallMs, now - tickedAt);
    workMs = Math.max(workMs, (user + system) / 1000);
    tickedAt = now;
    workedBefore = process.threadCpuUsage();
  }, 4);
  const endWatching = (): Main => {
    clearInterval(timer);
    return { stallMs, workMs };
  };
  Object.assign(globalThis, { endWatching });
}
