/** The one thing to do next in a rotation, with why it may be done now or what is waited for. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { CallInput, RotationView } from '../../../main/ipc/contract.ts';
import { CallError } from '../../contract-client.ts';
import { Countdown } from '../../design/countdown.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import type { LongCall, LongCallState } from '../../use-long-call.ts';
import { nextSentences } from './next-sentences.ts';
import { WhichKey } from './which-key.tsx';

const useStyles = makeStyles({
  next: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    flexGrow: 1,
    flexBasis: '360px',
    minWidth: 0,
    maxWidth: '72ch',
    gap: tokens.spacingVerticalS,
  },
  time: {
    margin: 0,
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  text: { margin: 0, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM, marginTop: tokens.spacingVerticalS },
});

export interface RotationNextProps {
  readonly rotation: RotationView | undefined;
  readonly run: LongCall<'rotation.run'>;
  readonly onStale: () => void;
}

export function RotationNext({ rotation, run, onStale }: RotationNextProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const [path, setPath] = useState<string>();
  const { stage, leaving, reconciledBy } = rotation ?? {};
  const isAmbiguous = couldNotTell(run.state);
  const device = isAmbiguous ? path : undefined;
  const back = leaving === 'new' ? '-back' : '';
  const which = leaving === 'new' ? '-new' : '';
  const begin = (step: CallInput<'rotation.run'>['step']) =>
    void run.run('rotation.run', { step, ...(device === undefined ? {} : { device }) });
  const primary = (label: string) => (
    <Button appearance="primary" size="large" onClick={() => begin(leaving === 'new' ? 'give-up' : 'next')}>
      {label}
    </Button>
  );
  const actionOf = () => {
    switch (stage) {
      case undefined:
        return primary(say('rotation.next-begin'));
      case 'making':
        return primary(say('rotation.next-making'));
      case 'to-publish':
        return primary(say(`rotation.next-to-publish${back}`));
      case 'waiting':
        return (
          <Button size="large" onClick={() => go({ screen: 'devices' })}>
            {say('rotation.try-login')}
          </Button>
        );
      case 'to-prove':
        return (
          <Button appearance="primary" size="large" onClick={() => go({ screen: 'devices' })}>
            {say('rotation.next-to-prove')}
          </Button>
        );
      case 'to-retire':
      case 'retiring':
        return primary(say(`rotation.next-${stage}${which}`));
      default:
        return stage satisfies never;
    }
  };
  const mayGiveUp = rotation !== undefined && leaving === 'old' && stage !== 'retiring';
  return (
    <div className={styles.next}>
      {stage === 'waiting' && reconciledBy !== undefined && (
        <p className={styles.time}>
          <Countdown until={reconciledBy} onEnd={onStale} />
        </p>
      )}
      {nextSentences(rotation, say).map((sentence) => (
        <p key={sentence} className={styles.text}>
          {sentence}
        </p>
      ))}
      {isAmbiguous && <WhichKey chosen={path} onChoose={setPath} />}
      <div className={styles.actions}>
        {actionOf()}
        {mayGiveUp && (
          <Button size="large" onClick={() => begin('give-up')}>
            {say('rotation.give-up')}
          </Button>
        )}
        {rotation === undefined && (
          <Button size="large" onClick={() => go({ screen: 'security-keys' })}>
            {say('rotation.back')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Several security keys are plugged in, any of which could be meant. */
function couldNotTell(state: LongCallState<'rotation.run'>): boolean {
  return state.phase === 'failed' && state.error instanceof CallError && state.error.code === 'KEY_SEVERAL';
}
