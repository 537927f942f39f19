import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { dropForeignSwitches, FOREIGN_SWITCHES, findNoHosts } from '../../../main/shell/chromium-switches.ts';

function startedWith(names: readonly string[], isPackaged: boolean) {
  const left = new Set(names);
  const commandLine = {
    hasSwitch: (name: string) => left.has(name),
    removeSwitch: (name: string) => void left.delete(name),
    appendSwitch: (name: string, value?: string) => void left.add(`${name}=${value}`),
  };
  dropForeignSwitches({ isPackaged, commandLine }, silentLog);
  findNoHosts({ isPackaged, commandLine });
  return [...left];
}

describe('switches of Chromium', () => {
  it('that open the windows to whoever starts the installed app are dropped, no others; and it finds no host', () => {
    expect(FOREIGN_SWITCHES).toContain('remote-debugging-port');
    expect(startedWith([...FOREIGN_SWITCHES, 'user-data-dir', 'ozone-platform'], true)).toEqual([
      'user-data-dir',
      'ozone-platform',
      'host-resolver-rules=MAP * ~NOTFOUND',
    ]);
  });

  it('are left to a developer', () => {
    expect(startedWith(FOREIGN_SWITCHES, false)).toEqual(FOREIGN_SWITCHES);
  });

  it('are seen to before anything is awaited: later Chromium has read them', () => {
    const source = readFileSync(new URL('../../../main/shell/run-app.ts', import.meta.url), 'utf8');
    const body = source.slice(source.indexOf('async function begin('));
    for (const step of ['dropForeignSwitches(app', 'findNoHosts(app']) {
      expect(body.indexOf(step), step).toBeGreaterThan(0);
      expect(body.indexOf(step), step).toBeLessThan(body.indexOf('await '));
    }
  });
});
