/** Drills as the main process tells them, for the tests and pictures of the window. */
import type { DrillEventView, DrillStepView, DrillView } from '../../main/ipc/contract.ts';

const DAY = 86_400_000;
const JUMP = 'jumper@jump-east';

const KEY_STEPS: DrillStepView[] = [
  { step: 'key', state: 'passed', ms: 4 },
  { step: 'pin', state: 'passed', ms: 31 },
  { step: 'credential', state: 'passed', ms: 12 },
  { step: 'profile', state: 'passed', ms: 0, message: 'As of 2026-11-22.' },
  { step: 'agent', state: 'passed', ms: 1 },
  { step: 'app-agent', state: 'passed', ms: 1 },
];

const hop = (name: string, login: number): DrillStepView[] => [
  { step: 'reach', hop: name, state: 'passed', ms: 42 },
  {
    step: 'host-key',
    hop: name,
    state: 'passed',
    ms: 8,
    message: 'Known: ED25519 SHA256:8vYc0Zr3yTQdKf2b1m5n7p9r1t3v5x7z9B1D3F5H7J9.',
  },
  { step: 'login', hop: name, state: 'passed', ms: login },
];

const refused = (name: string): DrillStepView[] => [
  {
    step: 'reach',
    hop: name,
    state: 'failed',
    ms: 1204,
    code: 'CONNECT_UNREACHABLE',
    message: `The jump host was reached, but from there the device ${name} was not.`,
    remedy: 'Check the device’s address, and try another jump host or the device’s other management address.',
  },
  { step: 'host-key', hop: name, state: 'skipped', ms: 0, message: 'The host was not reached.' },
  { step: 'login', hop: name, state: 'skipped', ms: 0, message: 'The host was not reached.' },
];

export function sampleDrill(
  target: string,
  at: number,
  verdict: DrillView['verdict'] = 'passed',
  login = 2400,
): DrillView {
  const device = `admin@${target}.fab.example`;
  const last = { passed: hop(device, login / 2), failed: refused(device), 'not-tried': [] }[verdict];
  return {
    id: Math.round(at / 1000),
    target,
    way: { kind: 'jump', hops: [JUMP, device] },
    at,
    verdict,
    steps: [...KEY_STEPS, ...(verdict === 'not-tried' ? [] : hop(JUMP, login)), ...last],
  };
}

/** A quarter of a year of two devices. */
export function sampleDrills(now: number): DrillView[] {
  const of = (target: string, days: readonly number[], failed: readonly number[]) =>
    days.map((day) =>
      sampleDrill(target, now - day * DAY, failed.includes(day) ? 'failed' : 'passed', 1800 + day * 23),
    );
  return [
    ...of('ce1-rack4', [0.01, 6, 13, 20, 27, 34, 41, 55, 62, 76, 83], [20, 55]),
    ...of('ce2-rack4', [0.01, 13, 27, 41, 69], [0.01]),
    sampleDrill('ce2-rack4', now - 55 * DAY, 'not-tried'),
  ].toSorted((a, b) => b.at - a.at);
}

/** What is told of a drill, in the order in which it happens. */
export function eventsOf(drills: readonly DrillView[]): DrillEventView[] {
  const common = KEY_STEPS.map((step): DrillEventView => ({ kind: 'done', step }));
  return [
    ...common,
    ...drills.flatMap(({ target, way, steps }): DrillEventView[] => [
      { kind: 'target', target, way: way.kind, hops: way.hops },
      ...steps.slice(KEY_STEPS.length).map((step): DrillEventView => ({ kind: 'done', target, step })),
    ]),
  ];
}
