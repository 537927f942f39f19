/** The entries of ssh's configuration, as they are or would be written, to be read and copied. */
import { makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import type { SshConfigView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { CopyButton } from '../../design/copy-button.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';

const useStyles = makeStyles({
  entries: {
    boxSizing: 'border-box',
    maxHeight: '280px',
    margin: `0 0 ${tokens.spacingVerticalS}`,
    padding: tokens.spacingHorizontalM,
    overflow: 'auto',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
});

/** `of`: they are read anew when it changes. */
export function SshConfigEntries({ of }: { readonly of: SshConfigView }) {
  const styles = useStyles();
  const { say } = useTexts();
  const [text, setText] = useState<string>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let wanted = of !== undefined;
    call('ssh-config.entries', {}).then(
      (answer) => wanted && setText(answer.text),
      (caught) => wanted && setError(caught),
    );
    return () => {
      wanted = false;
    };
  }, [of]);
  if (error !== undefined) return <ErrorNotice error={error} />;
  if (text === undefined) return <Spinner size="tiny" label={say('settings.programs-reading')} />;
  return (
    <div>
      {/* biome-ignore lint/a11y/useSemanticElements: a section has a heading, and this only a name */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keyboard */}
      <pre className={styles.entries} role="region" aria-label={say('settings.programs-entries')} tabIndex={0}>
        {text}
      </pre>
      <CopyButton text={text} label={say('settings.programs-copy-entries')} size="small" />
    </div>
  );
}
