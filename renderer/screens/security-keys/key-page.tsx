/** One key: what it is, what is known against it, its PIN, what it holds, what it insists on, and its reset. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowLeftRegular, LightbulbRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import type { AdvisoryView, SecurityKeyView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { CredentialsCard } from './credentials-card.tsx';
import { FingerprintsCard } from './fingerprints-card.tsx';
import { KeyCard } from './key-card.tsx';
import { JobStage, KeyFacts } from './key-head.tsx';
import { takesPin } from './key-words.ts';
import { PinCard } from './pin-card.tsx';
import { ProtectionCard } from './protection-card.tsx';
import { ResetCard } from './reset-card.tsx';
import { SampleDrawing } from './sample-drawing.tsx';
import type { KeyJob } from './use-key-job.ts';

const useStyles = makeStyles({
  back: {
    alignSelf: 'flex-start',
    marginBottom: '-24px',
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})`,
  },
  cards: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
});

export interface KeyPageProps {
  readonly pluggedIn: SecurityKeyView;
  readonly job: KeyJob;
  readonly onReset: () => void;
  readonly again: () => void;
}

export function KeyPage({ pluggedIn, job, onReset, again }: KeyPageProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { product, advisories, problem, shape } = pluggedIn;
  const { state, cancel } = job;
  const card = { pluggedIn, job };
  return (
    <>
      <BackToKeys />
      <PageHeader title={product} />
      {state.phase === 'running' ? (
        <JobStage state={state} cancel={cancel} shape={shape}>
          {state.name === 'fingerprints.enroll' && <SampleDrawing steps={state.steps} />}
        </JobStage>
      ) : (
        <KeyFacts pluggedIn={pluggedIn} action={<HeadActions pluggedIn={pluggedIn} />} />
      )}
      {problem !== undefined && (
        <ErrorNotice error={problem} action={<Button onClick={again}>{say('frame.try-again')}</Button>} />
      )}
      <Notices advisories={advisories} />
      {problem === undefined && (
        <div className={styles.cards} inert={state.phase === 'running'}>
          <PinCard {...card} onReset={onReset} />
          <CredentialsCard {...card} />
          <FingerprintsCard {...card} />
          <ProtectionCard {...card} />
          <AlsoKnown advisories={advisories} />
          <ResetCard onReset={onReset} />
        </div>
      )}
    </>
  );
}

export function BackToKeys() {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  return (
    <Button
      className={styles.back}
      appearance="subtle"
      icon={<ArrowLeftRegular />}
      onClick={() => go({ screen: 'security-keys' })}
    >
      {say('keys.back')}
    </Button>
  );
}

function HeadActions({ pluggedIn: { path, canWink, credentials, pin } }: Pick<KeyPageProps, 'pluggedIn'>) {
  const { say } = useTexts();
  const { go } = useNavigation();
  const canRecover = credentials?.canList === true && takesPin(pin);
  return (
    <>
      {canWink === true && <Wink path={path} />}
      {canRecover && (
        <Button onClick={() => go({ screen: 'security-keys', key: path, flow: 'recover' })}>
          {say('recovery.open')}
        </Button>
      )}
    </>
  );
}

function Wink({ path }: { readonly path: string }) {
  const { say } = useTexts();
  const announce = useAnnounce();
  const [error, setError] = useState<unknown>();
  const wink = async () => {
    try {
      setError(undefined);
      await call('keys.wink', { key: path });
      announce(say('keys.wink-done'));
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <>
      <Button icon={<LightbulbRegular />} onClick={wink}>
        {say('keys.wink')}
      </Button>
      {error !== undefined && <ErrorNotice error={error} />}
    </>
  );
}

interface AdvisoriesProps {
  readonly advisories: readonly AdvisoryView[];
}

/** What is worth a person's time, before anything else: what to do, then why. */
function Notices({ advisories }: AdvisoriesProps) {
  return advisories
    .filter(({ severity }) => severity === 'notice')
    .map(({ id, title, meaning, remedy }) => (
      <Notice key={id} kind="warning" sentence={title} remedy={`${remedy} ${meaning}`} code={id} />
    ));
}

/** What nobody has to do anything about. */
function AlsoKnown({ advisories }: AdvisoriesProps) {
  const { say } = useTexts();
  const known = advisories.filter(({ severity }) => severity === 'information');
  if (known.length === 0) return null;
  return (
    <KeyCard title={say('keys.also-known')} text={say('keys.also-known-text')}>
      {known.map(({ id, title, meaning, remedy }) => (
        <Notice key={id} kind="info" sentence={title} remedy={`${remedy} ${meaning}`} code={id} />
      ))}
    </KeyCard>
  );
}
