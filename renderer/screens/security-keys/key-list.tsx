/** The keys that are plugged in, each with how it stands; one press opens its page. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { ChevronRightRegular } from '@fluentui/react-icons';
import { useEffect, useRef } from 'react';
import type { KeyWayView, SecurityKeyView } from '../../../main/ipc/contract.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { KeyDrawing } from '../../design/key-drawing.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { KeyWayNotice } from '../readiness/key-way-notice.tsx';
import { pinBadge } from './key-words.ts';
import { AsAdministrator, ThroughWindows } from './through-windows.tsx';

const useStyles = makeStyles({
  key: {
    boxSizing: 'border-box',
    width: '100%',
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalXXL}`,
    padding: tokens.spacingHorizontalXL,
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    textAlign: 'start',
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':active': { backgroundColor: tokens.colorNeutralBackground1Pressed },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '1px' },
  },
  words: { flexGrow: 1, flexBasis: '200px', minWidth: 0, display: 'flex', flexDirection: 'column' },
  product: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
  },
  detail: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  badges: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: `0 ${tokens.spacingHorizontalL}`,
    marginTop: tokens.spacingVerticalXS,
  },
  more: { display: 'flex', fontSize: '20px', color: tokens.colorNeutralForeground3 },
});

export interface KeyListProps {
  readonly keys: readonly SecurityKeyView[];
  readonly keyWay: KeyWayView | undefined;
  readonly again: () => void;
}

export function KeyList({ keys, keyWay, again }: KeyListProps) {
  const { say } = useTexts();
  const { go } = useNavigation();
  useNoticed(keys);
  return (
    <>
      <PageHeader
        title={say('keys.title')}
        lead={say('keys.lead')}
        actions={
          <>
            <Button onClick={() => go({ screen: 'security-keys', flow: 'rotate' })}>{say('rotation.open')}</Button>
            <Button onClick={() => go({ screen: 'security-keys', flow: 'recover' })}>{say('recovery.open')}</Button>
          </>
        }
      />
      {keyWay?.way === 'windows' ? (
        <ThroughWindows keyWay={keyWay} onLookAgain={again} />
      ) : keyWay?.obstacle !== undefined ? (
        <>
          <KeyWayNotice way={keyWay} isExplainedHere />
          <AsAdministrator
            because="not-elevated"
            title={say('keys.administrator-title-all')}
            text={say('keys.administrator-text')}
            onLookAgain={again}
          />
        </>
      ) : keys.length === 0 ? (
        <EmptyState picture={<KeyDrawing state="absent" />} title={say('keys.none')} text={say('keys.none-text')} />
      ) : (
        <ItemList gap="L" label={say('keys.title')}>
          {keys.map((key) => (
            <li key={key.path}>
              <KeyButton pluggedIn={key} isOneOfSeveral={keys.length > 1} />
            </li>
          ))}
        </ItemList>
      )}
    </>
  );
}

interface KeyButtonProps {
  readonly pluggedIn: SecurityKeyView;
  readonly isOneOfSeveral: boolean;
}

function KeyButton({ pluggedIn, isOneOfSeveral }: KeyButtonProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const { path, product, shape, firmware, pin, advisories, problem } = pluggedIn;
  const notices = advisories.filter(({ severity }) => severity === 'notice').length;
  const detail = [
    ...(firmware === undefined ? [] : [say('keys.firmware', { version: firmware })]),
    ...(isOneOfSeveral ? [path] : []),
  ].join(' · ');
  return (
    <button type="button" className={styles.key} onClick={() => go({ screen: 'security-keys', key: path })}>
      <KeyDrawing state={problem === undefined ? 'present' : 'failed'} shape={shape} size={132} />
      <span className={styles.words}>
        <span className={styles.product}>{product}</span>
        {detail !== '' && <span className={styles.detail}>{detail}</span>}
        <span className={styles.badges}>
          {pin !== undefined && <StateBadge state={pinBadge(pin)}>{say(`keys.pin-${pin.state}`)}</StateBadge>}
          {problem !== undefined && <StateBadge state="bad">{say('keys.unreadable')}</StateBadge>}
          {notices > 0 && <StateBadge state="todo">{say('keys.advisories', { count: notices })}</StateBadge>}
        </span>
      </span>
      <span className={styles.more} aria-hidden="true">
        <ChevronRightRegular />
      </span>
    </button>
  );
}

/** A key that comes or goes is read out: nothing was pressed for it. */
function useNoticed(keys: readonly SecurityKeyView[]): void {
  const { say } = useTexts();
  const announce = useAnnounce();
  const there = keys.map(({ path, product }) => `${product} ${path}`).join(', ');
  const products = keys.map(({ product }) => product).join(', ');
  const before = useRef(there);
  useEffect(() => {
    if (before.current === there) return;
    before.current = there;
    announce(keys.length === 0 ? say('keys.none') : `${say('keys.plugged-in', { count: keys.length })}: ${products}`);
  }, [announce, there, products, keys.length, say]);
}
