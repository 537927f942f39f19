// biome-ignore-all lint/a11y/useSemanticElements: a table's rows cannot be placed one by one; the roles say what it is, and the search box holds the focus
// biome-ignore-all lint/a11y/useFocusableInteractive: a table's rows cannot be placed one by one; the roles say what it is, and the search box holds the focus
/**
 * One row of the list. Ten thousand of them are scrolled and filtered, so a row is plain elements, drawn again only when what it
 * shows has changed. Its buttons are there for the pointer's row and the chosen one; elsewhere they are hidden, also from Tab.
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  ChevronDownRegular,
  CopyRegular,
  DeleteRegular,
  EditRegular,
  MoreHorizontalRegular,
  ShieldKeyholeRegular,
  StarFilled,
  StarRegular,
  TaskListSquareLtrRegular,
} from '@fluentui/react-icons';
import { memo } from 'react';
import type { TargetView } from '../../../main/ipc/contract.ts';
import { useTexts } from '../../texts.tsx';
import { ROLES } from './target-words.ts';
import { timeAgo } from './time-ago.ts';

export const ROW_HEIGHT = 60;

export type RowAction = 'connect' | 'rehearse' | 'copy' | 'edit' | 'remove' | 'host-keys' | 'favourite';
/** `ways`: the list shows the menu of ways for it, and one of them is a `connect`; `more`: the menu of the lesser actions. */
export type RowButton = RowAction | 'ways' | 'more';

export interface DeviceRowProps {
  readonly target: TargetView | undefined;
  /** Where `target` is none. */
  readonly typed: string;
  readonly typedJump: string | null;
  /** From 0. */
  readonly index: number;
  readonly active: boolean;
  readonly now: number;
}

const NARROW = '@media (max-width: 820px)';
/** Name and way would have no room beside all buttons. */
const TOO_NARROW = '@media (max-width: 720px)';
const FOCUS = {
  outline: `2px solid ${tokens.colorStrokeFocus2}`,
  outlineOffset: '1px',
};

/** Still read out. */
const UNSEEN = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
} as const;

const useStyles = makeStyles({
  row: {
    position: 'absolute',
    insetInlineStart: 0,
    insetInlineEnd: 0,
    top: 0,
    height: `${ROW_HEIGHT}px`,
    boxSizing: 'border-box',
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalM,
    padding: `0 ${tokens.spacingHorizontalM} 0 ${tokens.spacingHorizontalL}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    cursor: 'default',
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover },
    // Instead of when it was used last: the way in, which is read before Connect is pressed, keeps its room.
    '& [data-actions]': { display: 'none', alignItems: 'center', gap: tokens.spacingHorizontalXS },
    ':hover [data-actions]': { display: 'flex' },
    ':hover [data-used]': UNSEEN,
  },
  active: {
    backgroundColor: tokens.colorSubtleBackgroundSelected,
    '& [data-actions]': { display: 'flex' },
    '& [data-used]': UNSEEN,
    '::before': {
      content: '""',
      position: 'absolute',
      insetInlineStart: 0,
      top: '10px',
      bottom: '10px',
      width: '3px',
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorCompoundBrandStroke,
      '@media (forced-colors: active)': { backgroundColor: 'Highlight' },
    },
    '@media (forced-colors: active)': { outline: '2px solid Highlight', outlineOffset: '-2px' },
  },
  words: { flexGrow: 1, minWidth: 0 },
  head: { display: 'flex', alignItems: 'baseline', gap: tokens.spacingHorizontalS, minWidth: 0 },
  role: { flexShrink: 0, display: 'flex', fontSize: '20px', color: tokens.colorNeutralForeground2 },
  tags: {
    flexShrink: 1,
    minWidth: 0,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    [NARROW]: { display: 'none' },
  },
  isFavourite: { flexShrink: 0, alignSelf: 'center', color: tokens.colorPaletteMarigoldForeground1 },
  name: {
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
  },
  way: {
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  used: {
    flexShrink: 0,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    [NARROW]: { display: 'none' },
  },
  actions: { flexShrink: 0 },
  button: {
    minWidth: '32px',
    height: '32px',
    boxSizing: 'border-box',
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    padding: 0,
    border: '1px solid transparent',
    borderRadius: tokens.borderRadiusMedium,
    background: 'none',
    color: tokens.colorNeutralForeground2,
    fontFamily: tokens.fontFamilyBase,
    fontSize: '18px',
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover, color: tokens.colorNeutralForeground2Hover },
    ':active': { backgroundColor: tokens.colorNeutralBackground1Pressed },
    ':focus-visible': FOCUS,
  },
  lesser: { display: 'contents', [TOO_NARROW]: { display: 'none' } },
  more: { display: 'none', [TOO_NARROW]: { display: 'inline-flex' } },
  connect: {
    padding: `0 ${tokens.spacingHorizontalM}`,
    fontSize: tokens.fontSizeBase300,
    fontWeight: tokens.fontWeightSemibold,
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
    ':hover': { backgroundColor: tokens.colorBrandBackgroundHover, color: tokens.colorNeutralForegroundOnBrand },
    ':active': { backgroundColor: tokens.colorBrandBackgroundPressed },
  },
});

export const rowId = (index: number) => `device-${index}`;

export const DeviceRow = memo(function DeviceRow({ target, typed, typedJump, index, active, now }: DeviceRowProps) {
  const styles = useStyles();
  const { say, language } = useTexts();
  const name = target?.name ?? typed;
  const shownName = target === undefined ? say('devices.connect-to-typed', { destination: typed }) : name;
  const shownWay = way();
  const Role = target === undefined ? undefined : ROLES[target.role].icon;
  const button = (action: RowButton, label: string) => ({
    type: 'button' as const,
    'data-action': action,
    'aria-label': label,
    title: label,
    tabIndex: active ? 0 : -1,
    className: styles.button,
  });
  return (
    <div
      role="row"
      id={rowId(index)}
      data-row={index}
      aria-rowindex={index + 1}
      aria-selected={active}
      className={mergeClasses(styles.row, active && styles.active)}
      style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
    >
      {Role !== undefined && (
        <div role="gridcell" className={styles.role}>
          <Role title={say(ROLES[target?.role ?? 'other'].name)} />
        </div>
      )}
      <div role="gridcell" className={styles.words}>
        <div className={styles.head}>
          {target?.isFavourite === true && (
            <StarFilled className={styles.isFavourite} title={say('devices.favourite')} />
          )}
          <span className={styles.name} title={shownName}>
            {shownName}
          </span>
          {target !== undefined && target.tags.length > 0 && (
            <span className={styles.tags} data-tags="">
              {target.tags.map((tag) => `#${tag}`).join(' ')}
            </span>
          )}
        </div>
        <div className={styles.way} title={shownWay}>
          {shownWay}
        </div>
      </div>
      <div role="gridcell" className={styles.used} data-used="">
        {lastUsed()}
      </div>
      <div role="gridcell" className={styles.actions}>
        <span data-actions="">
          <button
            {...button('connect', say('devices.connect-to', { name }))}
            title={undefined}
            className={mergeClasses(styles.button, styles.connect)}
          >
            {say('devices.connect')}
          </button>
          {target !== undefined && target.ways.length > 1 && (
            <button {...button('ways', say('devices.ways-of', { name }))} aria-haspopup="menu">
              <ChevronDownRegular />
            </button>
          )}
          {target !== undefined && (
            <span className={styles.lesser}>
              <button {...button('rehearse', say('drill.rehearse-device', { name }))}>
                <TaskListSquareLtrRegular />
              </button>
              <button {...button('favourite', say('devices.favourite-of', { name }))} aria-pressed={target.isFavourite}>
                {target.isFavourite ? <StarFilled className={styles.isFavourite} /> : <StarRegular />}
              </button>
              <button {...button('copy', say('devices.copy-command-for', { name }))}>
                <CopyRegular />
              </button>
              <button {...button('host-keys', say('devices.host-keys-of', { name }))}>
                <ShieldKeyholeRegular />
              </button>
              <button {...button('edit', say('devices.edit-device', { name }))}>
                <EditRegular />
              </button>
              <button {...button('remove', say('devices.remove-device', { name }))}>
                <DeleteRegular />
              </button>
            </span>
          )}
          {target !== undefined && (
            <button
              {...button('more', say('devices.more-of', { name }))}
              className={mergeClasses(styles.button, styles.more)}
              aria-haspopup="menu"
            >
              <MoreHorizontalRegular />
            </button>
          )}
        </span>
      </div>
    </div>
  );

  function way(): string {
    if (target !== undefined) {
      const jumps = target.ways[0]?.jumps ?? [];
      const words = [target.device];
      if (jumps.length > 0) words.push(say('devices.through', { jumps: jumps.join(', ') }));
      if (target.ways.length > 1) words.unshift(say('devices.ways-count', { count: target.ways.length }));
      return words.join(', ');
    }
    return typedJump === null ? say('devices.typed-explained') : say('devices.typed-through', { jump: typedJump });
  }

  function lastUsed(): string {
    if (target === undefined) return '';
    return target.lastUsedAt === null
      ? say('devices.never-used')
      : say('devices.used', { ago: timeAgo(target.lastUsedAt, now, language) });
  }
});
