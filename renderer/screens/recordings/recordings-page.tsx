/** The recordings there are, to play, to take elsewhere, to remove; and the one that is played. */
import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { DeleteRegular, PlayRegular, SaveRegular, VideoRegular } from '@fluentui/react-icons';
import { useCallback, useEffect, useState } from 'react';
import type { CallOutput, RecordingView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useTexts } from '../../texts.tsx';
import { wayWords } from '../sessions/session-words.ts';
import { RecordingPlayer } from './recording-player.tsx';
import { recordingOf, shownBytes, shownSeconds } from './recording-words.ts';
import { RemoveRecordingDialog } from './remove-recording-dialog.tsx';

const useStyles = makeStyles({
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    '& + &': { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
  },
  words: { flexGrow: 1, flexBasis: '240px', minWidth: 0, overflowWrap: 'anywhere' },
  name: { margin: 0, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  small: { margin: 0, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  actions: { display: 'flex', gap: tokens.spacingHorizontalXS },
});

export function RecordingsPage({ onBack }: { readonly onBack: () => void }) {
  const { say } = useTexts();
  const announce = useAnnounce();
  const { listed, error, reload } = useRecordings();
  const [played, setPlayed] = useState<RecordingView>();
  const [removing, setRemoving] = useState<RecordingView>();
  const [failure, setFailure] = useState<unknown>();

  const closeDialog = () => {
    setRemoving(undefined);
    // What is behind a dialog stays hidden from screen readers until something there has the focus.
    document.querySelector<HTMLElement>('h1')?.focus();
  };
  const exportOne = async ({ name }: RecordingView) => {
    setFailure(undefined);
    try {
      const { file } = await call('recordings.export', { name });
      if (file !== undefined) announce(say('recordings.exported', { file }));
    } catch (caught) {
      setFailure(caught);
    }
  };
  if (played !== undefined) {
    return (
      <ScreenBody fill>
        <PageHeader
          title={say('recordings.one-title', { of: recordingOf(played) })}
          lead={<AboutRecording recording={played} />}
          back={{ text: say('recordings.back-to-list'), go: () => setPlayed(undefined) }}
        />
        <RecordingPlayer name={played.name} of={recordingOf(played)} />
      </ScreenBody>
    );
  }
  return (
    <ScreenBody fill={listed?.recordings.length === 0}>
      <PageHeader
        title={say('recordings.title')}
        lead={listed === undefined ? undefined : say('recordings.explained', { folder: listed.folder })}
        back={{ text: say('recordings.back'), go: onBack }}
      />
      {failure !== undefined && <ErrorNotice error={failure} />}
      {error !== undefined && (
        <ErrorNotice error={error} action={<Button onClick={reload}>{say('sessions.retry')}</Button>} />
      )}
      {listed === undefined && error === undefined && <Spinner label={say('recordings.loading')} />}
      {listed?.recordings.length === 0 && (
        <EmptyState
          picture={<VideoRegular />}
          title={say('recordings.empty-title')}
          text={say('recordings.empty-explained')}
        />
      )}
      {listed !== undefined && listed.recordings.length > 0 && (
        <RecordingList recordings={listed.recordings} onPlay={setPlayed} onExport={exportOne} onRemove={setRemoving} />
      )}
      {removing !== undefined && (
        <RemoveRecordingDialog
          name={removing.name}
          of={recordingOf(removing)}
          onRemoved={() => {
            closeDialog();
            void reload();
          }}
          onClose={closeDialog}
        />
      )}
    </ScreenBody>
  );
}

interface RecordingListProps {
  readonly recordings: readonly RecordingView[];
  readonly onPlay: (recording: RecordingView) => void;
  readonly onExport: (recording: RecordingView) => void;
  readonly onRemove: (recording: RecordingView) => void;
}

function RecordingList({ recordings, onPlay, onExport, onRemove }: RecordingListProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <ul className={styles.list}>
      {recordings.map((recording) => {
        const of = recordingOf(recording);
        const exportLabel = say('recordings.export', { of });
        const removeLabel = say('recordings.remove-one', { of });
        return (
          <li key={recording.name} className={styles.row}>
            <div className={styles.words}>
              <h2 className={styles.name}>{of}</h2>
              <p className={styles.small}>
                <AboutRecording recording={recording} />
              </p>
            </div>
            <div className={styles.actions}>
              <Button
                icon={<PlayRegular />}
                aria-label={say('recordings.play-one', { of })}
                onClick={() => onPlay(recording)}
              >
                {say('recordings.play')}
              </Button>
              <Button
                appearance="subtle"
                icon={<SaveRegular />}
                aria-label={exportLabel}
                title={exportLabel}
                onClick={() => onExport(recording)}
              />
              <Button
                appearance="subtle"
                icon={<DeleteRegular />}
                aria-label={removeLabel}
                title={removeLabel}
                onClick={() => onRemove(recording)}
              />
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** "9 Mar 2026, 14:17 · 3:05 · 48 kB · admin@ce1-rack4, through jumper@jump-east". */
function AboutRecording({ recording }: { readonly recording: RecordingView }) {
  const { say, language } = useTexts();
  const { startedAt, seconds, bytes, subject } = recording;
  const way = wayWords(say, subject?.jumps ?? []);
  const words = [
    startedAt === undefined ? undefined : say('sessions.at-day', { at: new Date(startedAt) }),
    seconds === undefined ? say('recordings.no-length') : shownSeconds(seconds),
    shownBytes(bytes, language),
    subject === undefined || way === ''
      ? subject?.device
      : say('sessions.banner-through', { who: subject.device, jumps: way }),
  ];
  return <>{words.filter((word) => word !== undefined).join(' · ')}</>;
}

function useRecordings() {
  const [state, setState] = useState<{ listed: CallOutput<'recordings.list'> | undefined; error: unknown }>({
    listed: undefined,
    error: undefined,
  });
  const reload = useCallback(async () => {
    try {
      setState({ listed: await call('recordings.list', {}), error: undefined });
    } catch (error) {
      setState((before) => ({ ...before, error }));
    }
  }, []);
  useEffect(() => void reload(), [reload]);
  return { ...state, reload };
}
