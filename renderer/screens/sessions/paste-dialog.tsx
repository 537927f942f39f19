/** Asks before several lines are pasted where the device would run each as it comes. The focus begins on the text, where Enter does nothing. */
import { Button, makeStyles, Textarea, tokens } from '@fluentui/react-components';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { useTexts } from '../../texts.tsx';
import { lineCount, withoutControls } from './pasted-text.ts';

export interface PasteDialogProps {
  readonly text: string;
  readonly target: string;
  readonly onPaste: () => void;
  readonly onClose: () => void;
}

/** More than anybody reads through. */
const SHOWN = 20_000;

const useStyles = makeStyles({
  explained: { margin: `0 0 ${tokens.spacingVerticalM}` },
  text: {
    width: '100%',
    '& textarea': {
      fontFamily: tokens.fontFamilyMonospace,
      maxHeight: '240px',
      height: '160px',
    },
  },
});

export function PasteDialog({ text, target, onPaste, onClose }: PasteDialogProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <DialogFrame
      isAlert
      title={say('sessions.paste-title', { count: lineCount(text) })}
      onClose={onClose}
      buttons={
        <>
          <Button onClick={onClose}>{say('sessions.paste-not')}</Button>
          <Button appearance="primary" onClick={onPaste}>
            {say('sessions.paste-do')}
          </Button>
        </>
      }
    >
      <p className={styles.explained}>{say('sessions.paste-explained', { target })}</p>
      <Textarea
        className={styles.text}
        readOnly
        aria-label={say('sessions.paste-text')}
        value={withoutControls(text).slice(0, SHOWN)}
      />
    </DialogFrame>
  );
}
