/** The verdict in big words, why, and the one thing to do next. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  ClockFilled,
  ErrorCircleFilled,
  KeyMultipleRegular,
  PlugDisconnectedRegular,
} from '@fluentui/react-icons';
import { useEffect, useMemo, useRef } from 'react';
import type { Readiness } from '../../../main/ipc/contract.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { Countdown } from '../../design/countdown.tsx';
import { useScreenHeading } from '../../design/screen-heading.ts';
import { useTexts } from '../../texts.tsx';
import { DrillHint } from './drill-hint.tsx';
import { leadOf } from './lead.ts';
import { NextAction } from './next-action.tsx';

const NARROW = '@media (max-width: 820px)';

const useStyles = makeStyles({
  card: { display: 'flex', gap: tokens.spacingHorizontalXXL, [NARROW]: { gap: tokens.spacingHorizontalL } },
  picture: {
    display: 'flex',
    flexShrink: 0,
    fontSize: '56px',
    [NARROW]: { fontSize: '40px' },
  },
  good: { color: tokens.colorStatusSuccessForeground1 },
  waiting: { color: tokens.colorBrandForeground1 },
  todo: { color: tokens.colorStatusWarningForeground3 },
  none: { color: tokens.colorNeutralForeground3 },
  words: { minWidth: 0, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  verdict: {
    margin: 0,
    fontSize: tokens.fontSizeHero900,
    lineHeight: tokens.lineHeightHero900,
    fontWeight: tokens.fontWeightSemibold,
    letterSpacing: '-0.01em',
    outlineStyle: 'none',
    [NARROW]: { fontSize: tokens.fontSizeHero800, lineHeight: tokens.lineHeightHero800 },
  },
  lead: {
    margin: 0,
    maxWidth: '60ch',
    textWrap: 'pretty',
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    color: tokens.colorNeutralForeground2,
  },
  left: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  leftLabel: { margin: 0, color: tokens.colorNeutralForeground3 },
  path: { margin: 0, fontFamily: tokens.fontFamilyMonospace, overflowWrap: 'anywhere' },
  hint: {
    margin: 0,
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    color: tokens.colorNeutralForeground2,
  },
  hintIcon: { display: 'flex', fontSize: '20px', flexShrink: 0 },
  next: { marginTop: tokens.spacingVerticalM },
});

const PICTURES = {
  ready: { Icon: CheckmarkCircleFilled, tone: 'good' },
  'waiting-for-devices': { Icon: ClockFilled, tone: 'waiting' },
  unproven: { Icon: ClockFilled, tone: 'waiting' },
  'not-published': { Icon: ErrorCircleFilled, tone: 'todo' },
  'files-missing': { Icon: ErrorCircleFilled, tone: 'todo' },
  unfinished: { Icon: ErrorCircleFilled, tone: 'todo' },
  'not-enrolled': { Icon: KeyMultipleRegular, tone: 'none' },
} as const;

export interface VerdictCardProps {
  readonly readiness: Readiness;
  /** What was told is no longer so: the time is over. */
  readonly onStale: () => void;
}

export function VerdictCard({ readiness, onStale }: VerdictCardProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const heading = useScreenHeading(say('readiness.title'));
  const { verdict, next, now } = readiness;
  // Measured when it came: the difference stays, both clocks go on.
  const clockAhead = useMemo(() => now - Date.now(), [now]);
  const { Icon, tone } = PICTURES[verdict];
  useVerdictRead(say(`readiness.verdict-${verdict}`));
  return (
    <header className={styles.card}>
      <span className={mergeClasses(styles.picture, styles[tone])} aria-hidden="true">
        <Icon />
      </span>
      <div className={styles.words}>
        <h1 className={styles.verdict} ref={heading} tabIndex={-1}>
          {say(`readiness.verdict-${verdict}`)}
        </h1>
        <p className={styles.lead}>{say(leadOf(readiness))}</p>
        {next.action === 'wait' && (
          <div>
            <p className={styles.left}>
              <Countdown until={next.until} clockAhead={clockAhead} onEnd={onStale} />
            </p>
            <p className={styles.leftLabel}>{say('readiness.left-label')}</p>
          </div>
        )}
        {next.action === 'restore-files' && next.keyFile !== '' && <p className={styles.path}>{next.keyFile}</p>}
        <div className={styles.next}>
          <NextAction next={next} />
        </div>
        <PlugInHint readiness={readiness} />
        <DrillHint readiness={readiness} />
      </div>
    </header>
  );
}

/** A verdict that changes by itself is read out. */
function useVerdictRead(verdict: string): void {
  const announce = useAnnounce();
  const before = useRef(verdict);
  useEffect(() => {
    if (before.current === verdict) return;
    before.current = verdict;
    announce(verdict);
  }, [announce, verdict]);
}

/** A login without the key in its socket ends in an error: said before. */
function PlugInHint({ readiness: { next, chain } }: { readonly readiness: Readiness }) {
  const styles = useStyles();
  const { say } = useTexts();
  const key = chain.find(({ link }) => link === 'key');
  if (next.action !== 'connect' || next.target === undefined || key?.pluggedIn !== false) return null;
  return (
    <p className={styles.hint}>
      <span className={styles.hintIcon} aria-hidden="true">
        <PlugDisconnectedRegular />
      </span>
      {key.name === undefined ? say('readiness.plug-in') : say('readiness.plug-in-named', { product: key.name })}
    </p>
  );
}
