/** The ways in to a device, in the order in which they are tried: each with its kind, its jump hosts and where it logs in to. */
import { Button, Field, Input, makeStyles, mergeClasses, Select, tokens } from '@fluentui/react-components';
import { AddRegular, ArrowDownRegular, ArrowUpRegular, DismissRegular, WarningRegular } from '@fluentui/react-icons';
import { useId, useRef } from 'react';
import { useTexts } from '../../texts.tsx';
import { JumpHostFields } from './jump-host-fields.tsx';
import {
  type DraftField,
  inputName,
  type TargetDraft,
  withoutWay,
  withWay,
  withWayChanged,
  withWayMoved,
} from './target-draft.ts';
import { KINDS, namesOf, type WayKind } from './target-words.ts';

/** As many as a target may have (glasskey-targets.ts). */
const MOST = 8;

export interface WayFieldsProps {
  readonly draft: TargetDraft;
  /** Of the saved jump hosts, which a way may name. */
  readonly jumpHosts: readonly string[];
  readonly defaultJump: string | null;
  readonly onChange: (draft: TargetDraft) => void;
  readonly problem: { readonly field: DraftField | undefined; readonly text: string } | undefined;
}

const useStyles = makeStyles({
  ways: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  way: {
    margin: 0,
    minWidth: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalM}`,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  lastResort: { border: `1px solid ${tokens.colorStatusWarningBorder1}` },
  head: { display: 'flex', alignItems: 'flex-end', gap: tokens.spacingHorizontalXXS },
  kind: { flexGrow: 1, minWidth: 0 },
  explained: {
    margin: 0,
    display: 'flex',
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  warning: { flexShrink: 0, fontSize: '16px', color: tokens.colorStatusWarningForeground3 },
  hint: { margin: 0, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

export function WayFields({ draft, jumpHosts, defaultJump, onChange, problem }: WayFieldsProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const names = useId();
  const group = useRef<HTMLDivElement>(null);
  const { ways } = draft;
  const focus = (selector: string) =>
    requestAnimationFrame(() => group.current?.querySelector<HTMLElement>(selector)?.focus());
  const add = () => {
    onChange(withWay(draft, { kind: 'jump', jumps: [], device: '' }));
    focus(`[name="${inputName({ way: ways.length })}"]`);
  };
  const remove = (at: number) => {
    onChange(withoutWay(draft, at));
    focus(`[name="${inputName({ way: Math.max(0, at - 1) })}"]`);
  };
  const at = (field: DraftField) =>
    problem !== undefined && typeof problem.field === 'object' && inputName(problem.field) === inputName(field)
      ? { validationState: 'error' as const, validationMessage: problem.text }
      : {};

  return (
    <div className={styles.ways} ref={group}>
      <datalist id={names}>
        {jumpHosts.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <p className={styles.hint}>{say('devices.ways-hint')}</p>
      {ways.map(({ id, kind, jumps, device }, place) => {
        const number = place + 1;
        const only = ways.length === 1;
        const jump = typeof problem?.field === 'object' && problem.field.way === place ? problem.field.part : undefined;
        return (
          <fieldset key={id} className={mergeClasses(styles.way, kind === 'password' && styles.lastResort)}>
            <legend>{say('devices.way', { number })}</legend>
            <div className={styles.head}>
              <Field className={styles.kind} label={say('devices.way-kind')} {...at({ way: place })}>
                <Select
                  name={inputName({ way: place })}
                  value={kind}
                  onChange={(_, { value }) => onChange(withWayChanged(draft, place, { kind: value as WayKind }))}
                >
                  {namesOf(KINDS).map((one) => (
                    <option key={one} value={one}>
                      {say(KINDS[one].name)}
                    </option>
                  ))}
                </Select>
              </Field>
              {!only && (
                <>
                  <Button
                    appearance="subtle"
                    icon={<ArrowUpRegular />}
                    disabledFocusable={place === 0}
                    aria-label={say('devices.way-up', { number })}
                    onClick={() => onChange(withWayMoved(draft, place, place - 1))}
                  />
                  <Button
                    appearance="subtle"
                    icon={<ArrowDownRegular />}
                    disabledFocusable={place === ways.length - 1}
                    aria-label={say('devices.way-down', { number })}
                    onClick={() => onChange(withWayMoved(draft, place, place + 1))}
                  />
                  <Button
                    appearance="subtle"
                    icon={<DismissRegular />}
                    aria-label={say('devices.way-remove', { number })}
                    onClick={() => remove(place)}
                  />
                </>
              )}
            </div>
            <p className={styles.explained}>
              {(kind === 'password' || kind === 'console') && <WarningRegular className={styles.warning} />}
              <span>{say(KINDS[kind].explained)}</span>
            </p>
            <JumpHostFields
              jumps={jumps}
              way={place}
              names={names}
              defaultJump={defaultJump}
              onChange={(changed) => onChange(withWayChanged(draft, place, { jumps: changed }))}
              problem={typeof jump === 'number' ? { at: jump, text: problem?.text ?? '' } : undefined}
            />
            {(kind !== 'jump' || device !== '') && (
              <Field
                label={say('devices.way-device')}
                hint={say(kind === 'console' ? 'devices.way-console-hint' : 'devices.way-device-hint')}
                {...at({ way: place, part: 'device' })}
              >
                <Input
                  name={inputName({ way: place, part: 'device' })}
                  value={device}
                  autoComplete="off"
                  spellCheck={false}
                  placeholder={draft.device}
                  onChange={(_, { value }) => onChange(withWayChanged(draft, place, { device: value }))}
                />
              </Field>
            )}
          </fieldset>
        );
      })}
      {ways.length < MOST && (
        <div>
          <Button size="small" icon={<AddRegular />} onClick={add}>
            {say('devices.way-add')}
          </Button>
        </div>
      )}
    </div>
  );
}
