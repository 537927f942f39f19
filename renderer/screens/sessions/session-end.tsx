/** Below the terminal of a session that is over: how it ended, and what to do now. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect } from 'react';
import type { SessionView } from '../../../main/ipc/contract.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';
import { placeOf } from './session-words.ts';

export interface SessionEndProps {
  readonly session: SessionView;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

const useStyles = makeStyles({
  place: { flexShrink: 0, padding: tokens.spacingHorizontalM },
});

export function SessionEnd({ session, onAgain, onClose }: SessionEndProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const { exitCode, error } = session;
  const host = placeOf(session);
  const sentence =
    exitCode === undefined || exitCode === 0
      ? say('sessions.ended-well', { host })
      : say('sessions.ended-code', { host, code: exitCode });
  useEffect(() => {
    // An error's notice is an alert, read out by itself.
    if (error === undefined) announce(sentence);
  }, [announce, error, sentence]);
  const action = (
    <>
      <Button appearance="primary" onClick={onAgain}>
        {say('sessions.again')}
      </Button>
      <Button onClick={onClose}>{say('sessions.close')}</Button>
    </>
  );
  return (
    <div className={styles.place}>
      {error === undefined ? (
        <Notice kind="info" sentence={sentence} action={action} />
      ) : (
        <ErrorNotice error={error} action={action} />
      )}
    </div>
  );
}
