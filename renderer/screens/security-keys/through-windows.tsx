/**
 * Where security keys are reached through Windows: why, what that cannot do, and where it can be had instead. None is listed: nobody can
 * see them this way.
 */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { KeyWayView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { KeyStage } from '../../design/key-stage.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { KeyWayNotice } from '../readiness/key-way-notice.tsx';
import { KeyCard } from './key-card.tsx';

const useStyles = makeStyles({
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: { margin: `${tokens.spacingVerticalXS} 0 0`, color: tokens.colorNeutralForeground2 },
  steps: {
    margin: 0,
    paddingInlineStart: tokens.spacingHorizontalXL,
    maxWidth: '72ch',
    lineHeight: tokens.lineHeightBase400,
  },
  note: { margin: 0, maxWidth: '72ch', color: tokens.colorNeutralForeground2 },
});

export interface ThroughWindowsProps {
  readonly keyWay: KeyWayView;
  readonly onLookAgain: () => void;
}

/** In place of the list of security keys. */
export function ThroughWindows({ keyWay, onLookAgain }: ThroughWindowsProps) {
  const { say } = useTexts();
  const [error, setError] = useState<unknown>();
  const openSettings = async () => {
    setError(undefined);
    await call('keys.open-settings', {}).catch(setError);
  };
  return (
    <>
      <WindowsStage
        keyWay={keyWay}
        title={say('keys.windows-title')}
        text={say('keys.windows-text', { reason: say(`readiness.key-way-because-${keyWay.because}`) })}
      />
      <KeyCard
        title={say('keys.windows-settings-title')}
        text={say('keys.windows-settings-text')}
        action={<Button onClick={() => void openSettings()}>{say('keys.windows-settings-open')}</Button>}
      >
        {error !== undefined && <ErrorNotice error={error} />}
      </KeyCard>
      <AsAdministrator
        because={keyWay.because}
        title={say('keys.administrator-title')}
        text={say('keys.administrator-text')}
        onLookAgain={onLookAgain}
      />
    </>
  );
}

export interface WindowsStageProps {
  readonly keyWay: KeyWayView;
  readonly title: string;
  readonly text: string;
}

/** What is so here; what stands against that way is told in its place. */
export function WindowsStage({ keyWay, title, text }: WindowsStageProps) {
  const styles = useStyles();
  if (keyWay.obstacle !== undefined) return <KeyWayNotice way={keyWay} isExplainedHere />;
  return (
    <KeyStage drawing="absent" labelledBy="through-windows-title">
      <h2 className={styles.title} id="through-windows-title">
        {title}
      </h2>
      <p className={styles.text}>{text}</p>
    </KeyStage>
  );
}

export interface AsAdministratorProps {
  readonly because: KeyWayView['because'];
  readonly title: string;
  /** What can be had so. */
  readonly text: string;
  readonly onLookAgain: () => void;
}

/** What it takes for Glasskey to open keys itself, in plain words. */
export function AsAdministrator({ because, title, text, onLookAgain }: AsAdministratorProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  if (because === 'cannot-open') {
    return (
      <KeyCard
        title={title}
        text={text}
        action={<Button onClick={onLookAgain}>{say('keys.administrator-look-again')}</Button>}
      >
        <p className={styles.note}>{say('keys.administrator-reinstall')}</p>
      </KeyCard>
    );
  }
  const isSet = because === 'setting';
  return (
    <KeyCard
      title={title}
      text={text}
      action={
        isSet ? (
          <Button onClick={() => go({ screen: 'settings' })}>{say('keys.administrator-open-settings')}</Button>
        ) : undefined
      }
    >
      <ol className={styles.steps}>
        {isSet && <li>{say('keys.administrator-setting')}</li>}
        <li>{say('keys.administrator-quit')}</li>
        <li>{say('keys.administrator-start')}</li>
        <li>{say('keys.administrator-agree')}</li>
      </ol>
      <p className={styles.note}>{say('keys.administrator-other-account')}</p>
    </KeyCard>
  );
}
