/** A recording that ended by itself: the session goes on, and whoever counts on the recording must know. */
import type { SessionView } from '../../../main/ipc/contract.ts';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';

export function RecordingNotice({ session }: { readonly session: SessionView }) {
  const { say } = useTexts();
  const { recording, state } = session;
  if (recording === undefined || state === 'ended') return null;
  if (recording.state === 'failed' && recording.error !== undefined) return <ErrorNotice error={recording.error} />;
  if (recording.state !== 'full') return null;
  return (
    <Notice kind="warning" sentence={say('sessions.recording-full')} remedy={say('sessions.recording-full-remedy')} />
  );
}
