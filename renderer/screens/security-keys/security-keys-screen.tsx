/** The security keys that are plugged in: their list, the page of one, and its guided reset. */
import { Button, Spinner } from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';
import type { SecurityKeyView } from '../../../main/ipc/contract.ts';
import { EmptyState } from '../../design/empty-state.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { KeyDrawing } from '../../design/key-drawing.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { RecoveryFlow } from '../recovery/recovery-flow.tsx';
import { RotationFlow } from '../rotation/rotation-flow.tsx';
import { KeyList } from './key-list.tsx';
import { BackToKeys, KeyPage } from './key-page.tsx';
import { ResetFlow } from './reset-flow.tsx';
import { useKeyJob } from './use-key-job.ts';

export function SecurityKeysScreen() {
  const { say } = useTexts();
  const { place } = useNavigation();
  const job = useKeyJob();
  // While something is under way, the key has other things to do than to say what it is.
  const isRunning = job.state.phase === 'running';
  const isFlow = place.flow !== undefined;
  const { value, error, again } = useFresh('keys.list', ['keys.changed', 'settings.changed'], isRunning || isFlow);
  const isThroughWindows = value?.keyWay?.way === 'windows';
  if (place.flow === 'rotate') return <RotationFlow />;
  if (place.flow === 'recover') return <RecoveryFlow path={place.key} />;
  return (
    <ScreenBody>
      {value === undefined && (
        <>
          <PageHeader title={say('keys.title')} />
          {error === undefined && <Spinner label={say('keys.looking')} />}
        </>
      )}
      {error !== undefined && (
        <ErrorNotice error={error} action={<Button onClick={again}>{say('frame.try-again')}</Button>} />
      )}
      {value !== undefined && (place.key === undefined || isThroughWindows) && (
        <KeyList keys={value.keys} keyWay={value.keyWay} again={again} />
      )}
      {value !== undefined && place.key !== undefined && !isThroughWindows && (
        <OpenKey key={place.key} path={place.key} keys={value.keys} job={job} again={again} />
      )}
    </ScreenBody>
  );
}

interface OpenKeyProps {
  readonly path: string;
  readonly keys: readonly SecurityKeyView[];
  readonly job: ReturnType<typeof useKeyJob>;
  readonly again: () => void;
}

function OpenKey({ path, keys, job, again }: OpenKeyProps) {
  const [isResetting, setIsResetting] = useState(false);
  const found = keys.find((key) => key.path === path);
  const last = useRef(found);
  if (found !== undefined) last.current = found;
  const { dismiss, cancel } = job;
  useEffect(
    () => () => {
      cancel();
      dismiss();
    },
    [cancel, dismiss],
  );
  // A reset takes the key away in its course.
  if (isResetting && last.current !== undefined) {
    const close = () => {
      dismiss();
      setIsResetting(false);
    };
    return <ResetFlow pluggedIn={last.current} job={job} onClose={close} />;
  }
  if (found === undefined) return <Gone />;
  const reset = () => {
    dismiss();
    setIsResetting(true);
  };
  return <KeyPage pluggedIn={found} job={job} onReset={reset} again={again} />;
}

function Gone() {
  const { say } = useTexts();
  return (
    <>
      <BackToKeys />
      <PageHeader title={say('keys.title')} />
      <EmptyState picture={<KeyDrawing state="absent" />} title={say('keys.gone')} text={say('keys.gone-text')} />
    </>
  );
}
