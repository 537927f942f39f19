/** Over the lower part of the terminal while the connection is made or the key is waited for; the terminal stays usable above it. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useEffect } from 'react';
import type { SessionView } from '../../../main/ipc/contract.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { KeyDrawing } from '../../design/key-drawing.tsx';
import { useTexts } from '../../texts.tsx';
import { HopChain } from './hop-chain.tsx';
import { hostsOf, placeOf, wayWords } from './session-words.ts';

const useStyles = makeStyles({
  place: {
    position: 'absolute',
    insetInlineStart: 0,
    insetInlineEnd: 0,
    bottom: '10%',
    display: 'flex',
    justifyContent: 'center',
    padding: `0 ${tokens.spacingHorizontalL}`,
    pointerEvents: 'none',
    zIndex: 10,
  },
  card: {
    maxWidth: '440px',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalXL} ${tokens.spacingHorizontalXXL}`,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow16,
    textAlign: 'center',
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
  login: { margin: 0, fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  sentence: { margin: 0, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
});

export function KeyOverlay({ session }: { readonly session: SessionView }) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const { waitsFor, jumps } = session;
  const what = waitsFor?.what;
  const title =
    what === undefined
      ? say('sessions.connecting-title', { host: placeOf(session) })
      : waitsFor?.systemAsks === true
        ? say('sessions.waits-system')
        : say(({ pin: 'sessions.waits-pin', touch: 'sessions.waits-touch', key: 'sessions.waits-key' } as const)[what]);
  const way = jumps.length === 0 ? '' : say('sessions.connecting-through', { jumps: wayWords(say, jumps) });
  const sentence = waitsFor?.sentence ?? way;
  const hop = waitsFor?.hop;
  const login = hop === undefined ? '' : say('sessions.hop', hop);
  const said = [title, login, sentence].filter((part) => part !== '').join('. ');
  useEffect(() => announce(said), [announce, said]);
  const drawn = what === undefined ? 'busy' : ({ pin: 'present', touch: 'touch', key: 'absent' } as const)[what];
  return (
    <div className={styles.place}>
      <div className={styles.card}>
        <KeyDrawing state={drawn} size={132} />
        <p className={styles.title}>{title}</p>
        {hop !== undefined && (
          <>
            <p className={styles.login}>{login}</p>
            <HopChain hosts={hostsOf(session)} at={hop.at} />
          </>
        )}
        {sentence !== '' && <p className={styles.sentence}>{sentence}</p>}
      </div>
    </div>
  );
}
