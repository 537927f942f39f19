/** Searches what the terminal holds. It begins at the end: Enter goes up to older lines, Shift+Enter down. */
import { Button, Input, makeStyles, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, ChevronUpRegular, DismissRegular } from '@fluentui/react-icons';
import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';
import { useTexts } from '../../texts.tsx';
import type { FoundMatches, SessionTerminal } from './session-terminal.ts';

export interface FindBarProps {
  readonly terminal: SessionTerminal;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onClose: () => void;
}

const useStyles = makeStyles({
  bar: {
    flexShrink: 0,
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  input: { flexGrow: 1, flexBasis: '180px', maxWidth: '360px' },
  count: {
    minWidth: '72px',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    textAlign: 'end',
  },
  close: { marginInlineStart: 'auto' },
});

export function FindBar({ terminal, input, onClose }: FindBarProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [text, setText] = useState('');
  const [found, setFound] = useState<FoundMatches>();

  useEffect(() => {
    input.current?.focus();
    terminal.onFound = setFound;
    return () => {
      terminal.onFound = undefined;
      terminal.endFind();
    };
  }, [terminal, input]);

  const search = (wanted: string) => {
    setText(wanted);
    if (wanted === '') {
      terminal.endFind();
      setFound(undefined);
    } else {
      // What was written last is what is looked for, mostly.
      terminal.find(wanted, 'previous', true);
    }
  };
  const step = (direction: 'next' | 'previous') => {
    if (text !== '') terminal.find(text, direction, false);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') step(event.shiftKey ? 'next' : 'previous');
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
  };

  return (
    <search className={styles.bar} aria-label={say('sessions.find-label')}>
      <Input
        input={{ ref: input }}
        className={styles.input}
        aria-label={say('sessions.find-label')}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(_, { value }) => search(value)}
        onKeyDown={press}
      />
      <span className={styles.count} role="status">
        {text === '' ? '' : countWords()}
      </span>
      <Button
        appearance="subtle"
        icon={<ChevronUpRegular />}
        aria-label={say('sessions.find-previous')}
        title={say('sessions.find-previous')}
        onClick={() => step('previous')}
      />
      <Button
        appearance="subtle"
        icon={<ChevronDownRegular />}
        aria-label={say('sessions.find-next')}
        title={say('sessions.find-next')}
        onClick={() => step('next')}
      />
      <Button
        className={styles.close}
        appearance="subtle"
        icon={<DismissRegular />}
        aria-label={say('sessions.find-close')}
        title={say('sessions.find-close')}
        onClick={onClose}
      />
    </search>
  );

  function countWords(): string {
    if (found === undefined || found.count === 0) return say('sessions.find-none');
    const { index, count, more } = found;
    if (more || index === 0) return say('sessions.find-many', { count: more ? count - 1 : count });
    return say('sessions.find-count', { index, count });
  }
}
