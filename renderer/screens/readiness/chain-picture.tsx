/** The chain from the key to the device, drawn: each link by picture, colour and words. Below each other where it is narrow. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowSyncRegular, PersonRegular, RouterRegular, ServerRegular, UsbStickRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import type { ChainLink } from '../../../main/ipc/contract.ts';
import { SectionTitle } from '../../design/section-title.tsx';
import { StateBadge, StateIcon } from '../../design/state-badge.tsx';
import { isSameDay } from '../../design/time-left.ts';
import { useTexts } from '../../texts.tsx';

const ICONS = {
  key: UsbStickRegular,
  profile: PersonRegular,
  reconciliation: ArrowSyncRegular,
  'jump-host': RouterRegular,
  device: ServerRegular,
} as const;

const NARROW = '@media (max-width: 980px)';

const useStyles = makeStyles({
  chain: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gridTemplateColumns: 'repeat(5, minmax(0, 1fr))',
    [NARROW]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  link: {
    position: 'relative',
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    paddingInlineEnd: tokens.spacingHorizontalM,
    // The line to the next link.
    ':not(:last-child)::after': {
      content: '""',
      position: 'absolute',
      top: '27px',
      insetInlineStart: '64px',
      insetInlineEnd: '8px',
      borderTop: `2px dashed ${tokens.colorNeutralStroke1}`,
    },
    [NARROW]: {
      flexDirection: 'row',
      gap: tokens.spacingHorizontalL,
      paddingBottom: tokens.spacingVerticalXL,
      ':last-child': { paddingBottom: 0 },
      ':not(:last-child)::after': {
        top: '62px',
        bottom: '6px',
        insetInlineStart: '27px',
        insetInlineEnd: 'auto',
        borderTop: 'none',
        borderLeft: `2px dashed ${tokens.colorNeutralStroke1}`,
      },
    },
  },
  joined: {
    ':not(:last-child)::after': {
      borderTop: `2px solid ${tokens.colorStatusSuccessForeground1}`,
      [NARROW]: { borderTop: 'none', borderLeft: `2px solid ${tokens.colorStatusSuccessForeground1}` },
    },
  },
  node: {
    position: 'relative',
    boxSizing: 'border-box',
    width: '56px',
    height: '56px',
    flexShrink: 0,
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    fontSize: '24px',
    borderRadius: tokens.borderRadiusCircular,
    border: `2px solid ${tokens.colorNeutralStroke1}`,
    color: tokens.colorNeutralForeground2,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  good: { border: `2px solid ${tokens.colorStatusSuccessForeground1}` },
  waiting: { border: `2px solid ${tokens.colorBrandForeground1}` },
  todo: { border: `2px solid ${tokens.colorStatusWarningForeground3}` },
  unknown: { border: `2px dashed ${tokens.colorNeutralStroke1}` },
  corner: {
    position: 'absolute',
    insetInlineEnd: '-6px',
    bottom: '-4px',
    padding: '1px',
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorNeutralBackground1,
    '> span': { fontSize: '20px' },
  },
  words: { minWidth: 0, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalXXS },
  title: { margin: 0, fontSize: tokens.fontSizeBase300, lineHeight: tokens.lineHeightBase300 },
  name: { overflowWrap: 'anywhere' },
  // Goes to the next line whole, so that a host name is not broken at its hyphens.
  part: { display: 'inline-block', maxWidth: '100%' },
  time: {
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
});

export interface ChainPictureProps {
  readonly chain: readonly ChainLink[];
  readonly now: number;
}

export function ChainPicture({ chain, now }: ChainPictureProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <section aria-labelledby="chain-title">
      <SectionTitle id="chain-title">{say('readiness.chain')}</SectionTitle>
      <ol className={styles.chain}>
        {chain.map((link, index) => {
          const isJoined = link.state === 'good' && chain[index + 1]?.state === 'good';
          return (
            <li key={link.link} className={mergeClasses(styles.link, isJoined && styles.joined)}>
              <Node link={link} />
              <Words link={link} now={now} />
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Node({ link: { link, state } }: { readonly link: ChainLink }) {
  const styles = useStyles();
  const Icon = ICONS[link];
  return (
    <span className={mergeClasses(styles.node, styles[state])} aria-hidden="true">
      <Icon />
      <span className={styles.corner}>
        <StateIcon state={state} />
      </span>
    </span>
  );
}

function Words({ link, now }: { readonly link: ChainLink; readonly now: number }) {
  const styles = useStyles();
  const { say } = useTexts();
  const time = useTimeOf(link, now);
  return (
    <div className={styles.words}>
      <h3 className={styles.title}>{say(`readiness.link-${link.link}`)}</h3>
      <StateBadge state={link.state} plain>
        {say(`readiness.${link.link}-${link.state}`)}
      </StateBadge>
      {link.name !== undefined && <Name name={link.name} />}
      {time !== undefined && <span className={styles.time}>{time}</span>}
      {link.pluggedIn !== undefined && (
        <span className={styles.time}>{say(link.pluggedIn ? 'readiness.plugged-in' : 'readiness.not-plugged-in')}</span>
      )}
    </div>
  );
}

/** Broken between lines behind its `@`, and where the host alone does not fit, behind a dot. */
function Name({ name }: { readonly name: string }) {
  const styles = useStyles();
  return <span className={styles.name}>{inParts(name, '@', (host) => inParts(host, '.', (label) => label))}</span>;

  function inParts(text: string, after: string, shown: (part: string) => ReactNode): ReactNode {
    const parts = text.split(new RegExp(`(?<=[${after}])`));
    if (parts.length === 1) return shown(text);
    return parts.map((part, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a name have an order, and two may be alike
      <span key={at} className={styles.part}>
        {shown(part)}
      </span>
    ));
  }
}

function useTimeOf({ link, since, until }: ChainLink, now: number): string | undefined {
  const { say } = useTexts();
  if (until !== undefined) {
    return say(isSameDay(until, now) ? 'readiness.until' : 'readiness.until-day', { until: new Date(until) });
  }
  if (since === undefined) return undefined;
  const isLogin = link === 'jump-host' || link === 'device';
  return say(isLogin ? 'readiness.last-login' : 'readiness.since', { since: new Date(since) });
}
