/** The guided reset: what will be lost, consent that is typed, then unplug, plug in and touch against the key's clock. */
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { KeyStep, SecurityKeyView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { DangerButton } from '../../design/danger-button.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { KeyStage } from '../../design/key-stage.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ProgressList } from '../../design/progress-list.tsx';
import { SectionTitle } from '../../design/section-title.tsx';
import { StageWords } from '../../design/stage-words.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { JobStage } from './key-head.tsx';
import { LossList } from './loss-list.tsx';
import { resetStages } from './reset-stages.ts';
import { SecondsLeft } from './seconds-left.tsx';
import { isWord, TypedConsent } from './typed-consent.tsx';
import type { KeyJob } from './use-key-job.ts';

const useStyles = makeStyles({
  words: { margin: 0, maxWidth: '72ch' },
  form: { display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: tokens.spacingVerticalL },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
  afterWords: { marginTop: tokens.spacingVerticalL },
});

export interface ResetFlowProps {
  /** As it was before: afterwards it may be at another place. */
  readonly pluggedIn: SecurityKeyView;
  readonly job: KeyJob;
  readonly onClose: () => void;
}

export function ResetFlow({ pluggedIn, job, onClose }: ResetFlowProps) {
  const { say } = useTexts();
  const { state } = job;
  const { product } = pluggedIn;
  const steps = state.phase === 'running' ? state.steps : [];
  const consent = steps.at(-1)?.kind === 'consent-wanted' ? steps.at(-1) : undefined;
  return (
    <>
      <PageHeader title={say('keys.reset-heading', { product })} />
      {state.phase === 'running' && consent?.kind === 'consent-wanted' && (
        <Consent pluggedIn={pluggedIn} consent={consent} onCancel={job.cancel} />
      )}
      {state.phase === 'running' && consent === undefined && <UnderWay pluggedIn={pluggedIn} job={job} />}
      {state.phase === 'done' && <Done shape={pluggedIn.shape} steps={state.steps} />}
      {(state.phase === 'none' || state.phase === 'stopped' || state.phase === 'failed') && (
        <Before pluggedIn={pluggedIn} job={job} onClose={onClose} />
      )}
    </>
  );
}

function Before({ pluggedIn, job, onClose }: ResetFlowProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { state } = job;
  return (
    <>
      {state.phase === 'failed' && <ErrorNotice error={state.error} />}
      {state.phase === 'stopped' && <Notice kind="info" sentence={say('keys.reset-stopped')} />}
      <Notice kind="warning" sentence={say('keys.reset-text')} remedy={say('keys.reset-other-way')} />
      <p className={styles.words}>{say(pluggedIn.pin?.state === 'set' ? 'keys.reset-how-pin' : 'keys.reset-how')}</p>
      <div className={styles.actions}>
        <Button appearance="primary" onClick={() => void job.run('keys.reset', { key: pluggedIn.path })}>
          {say('keys.reset-look')}
        </Button>
        <Button onClick={onClose}>{say('keys.reset-back')}</Button>
      </div>
    </>
  );
}

interface ConsentProps {
  readonly pluggedIn: SecurityKeyView;
  readonly consent: Extract<KeyStep, { kind: 'consent-wanted' }>;
  readonly onCancel: () => void;
}

function Consent({ pluggedIn, consent: { loss, windowSeconds }, onCancel }: ConsentProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<unknown>();
  const word = say('keys.reset-word');
  const isTyped = isWord(typed, word);
  const heading = useRef<HTMLDivElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const agree = async (event: FormEvent) => {
    event.preventDefault();
    if (!isTyped) return;
    await call('keys.agree', { key: pluggedIn.path, consent: typed.trim() }).catch(setError);
  };
  return (
    <>
      <section ref={heading} tabIndex={-1} aria-labelledby="reset-lost" style={{ outlineStyle: 'none' }}>
        <SectionTitle id="reset-lost">{say('keys.reset-lost')}</SectionTitle>
        <LossList loss={loss} />
      </section>
      <form className={styles.form} onSubmit={agree}>
        <p className={styles.words}>{say('keys.reset-then', { seconds: windowSeconds })}</p>
        <TypedConsent word={word} typed={typed} onType={setTyped} />
        {error !== undefined && <ErrorNotice error={error} />}
        <div className={styles.actions}>
          <Button onClick={onCancel}>{say('keys.keep-all')}</Button>
          <DangerButton type="submit" disabledFocusable={!isTyped}>
            {say('keys.reset-begin')}
          </DangerButton>
        </div>
      </form>
    </>
  );
}

function UnderWay({ pluggedIn, job }: Pick<ResetFlowProps, 'pluggedIn' | 'job'>) {
  const { say } = useTexts();
  const { state, cancel } = job;
  if (state.phase !== 'running') return null;
  const last = state.steps.at(-1);
  return (
    <>
      <JobStage state={state} cancel={cancel} shape={pluggedIn.shape}>
        {last?.kind === 'reset-touch-wanted' && <SecondsLeft until={last.endsAt} />}
      </JobStage>
      {state.steps.some(({ kind }) => kind === 'unplug-wanted') && (
        <ProgressList
          label={say('keys.reset-steps')}
          items={resetStages(state.steps).map(({ name, state: how }) => ({
            id: name,
            // Only the erasing is the key's own work.
            state: how === 'active' && name !== 'erase' ? 'your-turn' : how,
            title: say(`keys.reset-step-${name}`),
          }))}
        />
      )}
    </>
  );
}

interface DoneProps {
  readonly shape: SecurityKeyView['shape'];
  readonly steps: readonly KeyStep[];
}

/** What was on a profile is still let in by the devices: that is what to do next. */
function Done({ shape, steps }: DoneProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const consent = steps.find((step) => step.kind === 'consent-wanted');
  const held = consent?.loss.enrollments.find(({ onProfileOf }) => onProfileOf !== undefined);
  return (
    <>
      <KeyStage drawing="done" shape={shape}>
        <StageWords title={say('keys.reset-done')} text={say('keys.reset-done-text')} />
        <div className={mergeClasses(styles.actions, styles.afterWords)}>
          <Button appearance="primary" onClick={() => go({ screen: 'enroll' })}>
            {say('keys.reset-enroll')}
          </Button>
          <Button onClick={() => go({ screen: 'readiness' })}>{say('keys.reset-readiness')}</Button>
          <Button onClick={() => go({ screen: 'security-keys' })}>{say('keys.back')}</Button>
        </div>
      </KeyStage>
      {held?.onProfileOf !== undefined && (
        <Notice
          kind="warning"
          sentence={say(held.isCertain ? 'keys.reset-done-profile' : 'keys.reset-done-profile-perhaps')}
          remedy={say('keys.reset-done-profile-text', { account: held.onProfileOf })}
        />
      )}
    </>
  );
}
