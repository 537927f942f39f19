/** The settings screen: everything that the command line can set, with its source. */
import type { Glasskey } from '../glasskey.ts';
import type { SettingLine } from '../glasskey-settings.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { SettingView } from './contract.ts';

export interface SettingsWorld {
  readonly glasskey: Pick<Glasskey, 'settings' | 'setSetting' | 'resetSetting'>;
  readonly tell: Tell;
}

type SettingsCall = 'settings.list' | 'settings.set' | 'settings.reset';

export function settingsCalls({ glasskey, tell }: SettingsWorld): Pick<CallHandlers, SettingsCall> {
  const after = (line: SettingLine) => {
    tell('settings.changed', {});
    if (line.key === 'reconcile.everyMinutes') tell('readiness.changed', {});
    return { setting: settingView(line) };
  };
  return {
    async 'settings.list'() {
      const { file, settings } = await glasskey.settings();
      return { file, settings: settings.map(settingView) };
    },
    'settings.set': async ({ key, value }) => after(await glasskey.setSetting(key, value)),
    'settings.reset': async ({ key }) => after(await glasskey.resetSetting(key)),
  };
}

/** A line as it crosses to the window. */
export function settingView({ choices, ...line }: SettingLine): SettingView {
  return { ...line, ...(choices === undefined ? {} : { choices: [...choices] }) };
}
