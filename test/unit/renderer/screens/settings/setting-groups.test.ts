import { expect, test } from 'vitest';
import { SETTING_LINE_KEYS } from '../../../../../main/glasskey-settings.ts';
import { textsFor } from '../../../../../main/texts/texts.ts';
import { groupSettings } from '../../../../../renderer/screens/settings/setting-groups.ts';
import {
  choiceLabel,
  settingExplanation,
  settingLabel,
} from '../../../../../renderer/screens/settings/setting-words.ts';
import { sampleSettings, UNKNOWN_SETTING } from '../../../../window/window-samples.ts';

const { say } = textsFor(['en']);

test('Each setting is in one group, by the first part of its key; what no group is for is shown last', () => {
  const settings = [...sampleSettings(), UNKNOWN_SETTING];
  const groups = groupSettings(settings);
  expect(groups.map(({ group }) => group)).toEqual([
    'connect',
    'sessions',
    'terminal',
    'app',
    'reminders',
    'windows',
    'agent',
    'ssh',
    'attestation',
    'entra',
    'reconcile',
    'other',
  ]);
  const shown = groups.flatMap((group) => group.settings.map(({ key }) => key));
  expect(shown.toSorted()).toEqual(settings.map(({ key }) => key).toSorted());
});

test('The agent has its section also where it has no settings; other empty groups are not shown', () => {
  expect(groupSettings([]).map(({ group }) => group)).toEqual(['agent']);
});

test('A key without texts is shown as itself, also one that every object has', () => {
  expect(settingLabel(say, 'later.thing')).toBe('later.thing');
  expect(settingExplanation(say, 'later.thing')).toBe('');
  expect(settingLabel(say, 'toString')).toBe('toString');
  expect(choiceLabel(say, 'app.appearance', 'sepia')).toBe('sepia');
});

test('Every setting that there is has a label and an explanation', () => {
  for (const key of SETTING_LINE_KEYS) {
    expect(settingLabel(say, key), key).not.toBe(key);
    expect(settingExplanation(say, key), key).not.toBe('');
  }
});
