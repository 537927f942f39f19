/** The jump hosts of a way, one line each, in the order in which they are passed. */
import { Button, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, ArrowDownRegular, ArrowUpRegular, DismissRegular } from '@fluentui/react-icons';
import { useEffect, useId, useRef } from 'react';
import { useTexts } from '../../texts.tsx';
import { inputName, type JumpDraft, withJump, withJumpMoved, withJumpText, withoutJump } from './target-draft.ts';

/** As many as a login may pass (glasskey-targets.ts). */
const MOST = 8;

export interface JumpHostFieldsProps {
  readonly jumps: readonly JumpDraft[];
  /** The place of their way, from 0. */
  readonly way: number;
  /** The id of a list of the saved jump hosts' names. */
  readonly names: string;
  readonly defaultJump: string | null;
  readonly onChange: (jumps: readonly JumpDraft[]) => void;
  readonly problem: { readonly at: number; readonly text: string } | undefined;
}

const useStyles = makeStyles({
  group: { margin: 0, padding: 0, border: 'none', minWidth: 0 },
  legend: { padding: 0, color: tokens.colorNeutralForeground1 },
  hint: { margin: 0, color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  list: {
    listStyleType: 'none',
    margin: `${tokens.spacingVerticalS} 0 0`,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
  },
  line: { display: 'flex', alignItems: 'flex-start', gap: tokens.spacingHorizontalXXS },
  number: {
    width: '20px',
    flexShrink: 0,
    lineHeight: '32px',
    color: tokens.colorNeutralForeground2,
  },
  field: { flexGrow: 1, minWidth: 0 },
  input: { width: '100%' },
  adds: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS, marginTop: tokens.spacingVerticalS },
});

export function JumpHostFields({ jumps, way, names, defaultJump, onChange, problem }: JumpHostFieldsProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const hint = useId();
  const group = useRef<HTMLFieldSetElement>(null);

  // The focus goes to a line that was added, and stays in the group when one is taken away.
  const wanted = useRef<string>(undefined);
  useEffect(() => {
    if (wanted.current === undefined || jumps === undefined) return;
    group.current?.querySelector<HTMLElement>(wanted.current)?.focus();
    wanted.current = undefined;
  }, [jumps]);
  const add = (text: string) => {
    wanted.current = `input[name="${inputName({ way, part: jumps.length })}"]`;
    onChange(withJump(jumps, text));
  };
  const remove = (at: number) => {
    wanted.current =
      jumps.length > 1 ? `input[name="${inputName({ way, part: Math.min(at, jumps.length - 2) })}"]` : '[data-add]';
    onChange(withoutJump(jumps, at));
  };
  const offersDefault = defaultJump !== null && !jumps.some(({ text }) => text.trim() === defaultJump);

  return (
    <fieldset className={styles.group} ref={group} aria-describedby={hint}>
      <legend className={styles.legend}>{say('devices.jumps')}</legend>
      <p className={styles.hint} id={hint}>
        {say('devices.jumps-hint')}
      </p>
      {jumps.length > 0 && (
        <ol className={styles.list}>
          {jumps.map(({ id, text }, at) => {
            const number = at + 1;
            return (
              <li key={id} className={styles.line}>
                <span className={styles.number} aria-hidden="true">
                  {number}
                </span>
                <Field
                  className={styles.field}
                  {...(problem?.at === at && { validationState: 'error', validationMessage: problem.text })}
                >
                  <Input
                    className={styles.input}
                    name={inputName({ way, part: at })}
                    list={names}
                    aria-label={say('devices.jump', { number })}
                    value={text}
                    autoComplete="off"
                    spellCheck={false}
                    placeholder={say('devices.jump-hint')}
                    onChange={(_, { value }) => onChange(withJumpText(jumps, at, value))}
                  />
                </Field>
                {jumps.length > 1 && (
                  <>
                    <Button
                      appearance="subtle"
                      icon={<ArrowUpRegular />}
                      disabledFocusable={at === 0}
                      aria-label={say('devices.jump-up', { number })}
                      onClick={() => onChange(withJumpMoved(jumps, at, at - 1))}
                    />
                    <Button
                      appearance="subtle"
                      icon={<ArrowDownRegular />}
                      disabledFocusable={at === jumps.length - 1}
                      aria-label={say('devices.jump-down', { number })}
                      onClick={() => onChange(withJumpMoved(jumps, at, at + 1))}
                    />
                  </>
                )}
                <Button
                  appearance="subtle"
                  icon={<DismissRegular />}
                  aria-label={say('devices.jump-remove', { number })}
                  onClick={() => remove(at)}
                />
              </li>
            );
          })}
        </ol>
      )}
      {jumps.length < MOST && (
        <div className={styles.adds}>
          {offersDefault && (
            <Button
              size="small"
              icon={<AddRegular />}
              title={say('devices.jump-default-hint')}
              onClick={() => add(defaultJump)}
            >
              {say('devices.jump-add-default', { jump: defaultJump })}
            </Button>
          )}
          <Button size="small" data-add="" icon={<AddRegular />} onClick={() => add('')}>
            {say('devices.jump-add')}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
