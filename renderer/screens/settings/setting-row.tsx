/**
 * One setting: its name and what it does, its control, where its value is from, and the way back to the standard value. It is
 * saved at once; text and numbers when Enter is pressed or the field is left. What is refused stays in the field, with the reason.
 */
import {
  Button,
  Field,
  Input,
  makeStyles,
  mergeClasses,
  Select,
  Switch,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import { CheckmarkRegular } from '@fluentui/react-icons';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { SettingValueView, SettingView } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { useTexts } from '../../texts.tsx';
import { choiceLabel, settingExplanation, settingLabel, sourceLabel, valueWords } from './setting-words.ts';

export interface SettingRowProps {
  readonly setting: SettingView;
  readonly onChanged: (setting: SettingView) => void;
}

const SAVED_MS = 2500;
const NARROW = '@media (max-width: 820px)';

const useStyles = makeStyles({
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 320px)',
    alignItems: 'start',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXXL}`,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    ':not(:last-child)': { borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  label: { display: 'block', fontWeight: tokens.fontWeightSemibold, lineHeight: tokens.lineHeightBase300 },
  explained: {
    margin: 0,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  control: { minWidth: 0 },
  wide: { width: '100%' },
  // As wide as what it takes.
  number: { maxWidth: '128px' },
  source: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `0 ${tokens.spacingHorizontalS}`,
    marginTop: tokens.spacingVerticalXXS,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    overflowWrap: 'anywhere',
  },
  saved: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXXS,
    color: tokens.colorStatusSuccessForeground1,
  },
  standard: {
    padding: 0,
    minWidth: 0,
    fontWeight: tokens.fontWeightRegular,
    color: tokens.colorBrandForegroundLink,
    textDecorationLine: 'underline',
  },
  // Its own margin would set it in from the other controls.
  switch: { marginInlineStart: '-8px' },
});

export function SettingRow({ setting, onChanged }: SettingRowProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const [problem, setProblem] = useState<string>();
  const [justSaved, setJustSaved] = useState(false);
  const explainedId = useId();
  const controlId = useId();
  const control = useRef<HTMLDivElement>(null);
  const { key, kind, source } = setting;
  const label = settingLabel(say, key);

  useEffect(() => {
    if (!justSaved) return;
    const timer = setTimeout(() => setJustSaved(false), SAVED_MS);
    return () => clearTimeout(timer);
  }, [justSaved]);

  const settle = async (change: Promise<{ setting: SettingView }>): Promise<boolean> => {
    try {
      const { setting: changed } = await change;
      setProblem(undefined);
      setJustSaved(true);
      announce(say('settings.saved-setting', { setting: label }));
      onChanged(changed);
      return true;
    } catch (error) {
      setJustSaved(false);
      setProblem(error instanceof CallError ? `${error.message} ${error.remedy}`.trim() : String(error));
      return false;
    }
  };
  const save = (value: SettingValueView) => settle(call('settings.set', { key, value }));
  const reset = async () => {
    await settle(call('settings.reset', { key }));
    // The button is gone when the standard value is in use.
    control.current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  };

  const told = problem ?? setting.problem;
  const common = { id: controlId, 'aria-describedby': explainedId, disabled: setting.fixed === true };
  return (
    <div className={styles.row}>
      <div>
        <label className={styles.label} htmlFor={controlId}>
          {label}
        </label>
        <p className={styles.explained} id={explainedId}>
          {settingExplanation(say, key)}
          {kind === 'number' && setting.least !== undefined && setting.most !== undefined && (
            <> {say('settings.range', { least: setting.least, most: setting.most })}.</>
          )}
          {kind === 'list' && <> {say('settings.one-per-line')}</>}
        </p>
      </div>
      <div className={styles.control} ref={control}>
        <Field {...(told !== undefined && { validationState: 'error', validationMessage: told })}>
          {kind === 'switch' ? (
            <Switch
              {...common}
              className={styles.switch}
              checked={setting.value === true}
              onChange={(_, { checked }) => void save(checked)}
            />
          ) : kind === 'choice' ? (
            <Select
              {...common}
              className={styles.wide}
              value={String(setting.value)}
              onChange={(_, { value }) => void save(value)}
            >
              {(setting.choices ?? []).map((choice) => (
                <option key={choice} value={choice}>
                  {choiceLabel(say, key, choice)}
                </option>
              ))}
            </Select>
          ) : kind === 'list' ? (
            <ListControl common={common} setting={setting} onSave={save} />
          ) : (
            <TextControl common={common} setting={setting} onSave={save} onProblem={setProblem} />
          )}
        </Field>
        <div className={styles.source}>
          {justSaved && problem === undefined && (
            <span className={styles.saved}>
              <CheckmarkRegular aria-hidden="true" />
              {say('settings.saved')}
            </span>
          )}
          <span>{sourceLabel(say, setting)}</span>
          {source === 'user' && (
            <>
              <span>{say('settings.standard-is', { value: valueWords(say, setting, setting.standard) })}</span>
              <Button
                className={styles.standard}
                appearance="transparent"
                size="small"
                aria-label={say('settings.use-standard-for', { setting: label })}
                onClick={reset}
              >
                {say('settings.use-standard')}
              </Button>
            </>
          )}
        </div>
      </div>
    </div>
  );
}

interface TextControlProps {
  readonly common: { readonly id: string; readonly 'aria-describedby': string; readonly disabled: boolean };
  readonly setting: SettingView;
  readonly onSave: (value: SettingValueView) => Promise<boolean>;
  readonly onProblem: (problem: string | undefined) => void;
}

function TextControl({ common, setting, onSave, onProblem }: TextControlProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const present = setting.value === null ? '' : String(setting.value);
  const [typed, setTyped] = useState<string>();
  // What was sent and not refused: Enter, and then leaving the field before the answer is here and drawn, is one wish and not two.
  const sent = useRef<string>(undefined);

  const save = async () => {
    if (typed === undefined) return;
    const text = typed.trim();
    if (text === sent.current) return;
    if (text === present) {
      setTyped(undefined);
      onProblem(undefined);
      return;
    }
    const value = read(text, setting);
    if (value === undefined) return onProblem(say('settings.not-a-number'));
    sent.current = text;
    if (await onSave(value)) return setTyped((now) => (now === typed ? undefined : now));
    // What was refused stays, to be mended, and may be tried again as it is.
    if (sent.current === text) sent.current = undefined;
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') void save();
    if (event.key === 'Escape' && typed !== undefined) {
      setTyped(undefined);
      onProblem(undefined);
    }
  };
  return (
    <Input
      {...common}
      className={mergeClasses(styles.wide, setting.kind === 'number' && styles.number)}
      value={typed ?? present}
      {...(setting.standard !== null && setting.standard !== '' && { placeholder: String(setting.standard) })}
      {...(setting.kind === 'number' && { inputMode: 'numeric' as const })}
      autoComplete="off"
      spellCheck={false}
      onChange={(_, { value }) => {
        sent.current = undefined;
        setTyped(value);
      }}
      onBlur={() => void save()}
      onKeyDown={press}
    />
  );
}

/** One item per line; saved when the field is left. Escape takes back what was typed. */
function ListControl({ common, setting, onSave }: Omit<TextControlProps, 'onProblem'>) {
  const styles = useStyles();
  const present = Array.isArray(setting.value) ? setting.value.join('\n') : '';
  const [typed, setTyped] = useState<string>();
  const save = async () => {
    if (typed === undefined) return;
    const items = typed
      .split('\n')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    if (items.join('\n') === present) return setTyped(undefined);
    if (await onSave(items)) setTyped((now) => (now === typed ? undefined : now));
  };
  return (
    <Textarea
      {...common}
      className={styles.wide}
      value={typed ?? present}
      resize="vertical"
      spellCheck={false}
      onChange={(_, { value }) => setTyped(value)}
      onBlur={() => void save()}
      onKeyDown={({ key }) => key === 'Escape' && setTyped(undefined)}
    />
  );
}

/** What a text stands for; undefined: it is no number and ought to be. An empty one is no value. */
function read(text: string, { kind }: SettingView): SettingValueView | undefined {
  if (text === '') return null;
  if (kind !== 'number') return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
