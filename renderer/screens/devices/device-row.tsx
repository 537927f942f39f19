// biome-ignore-all lint/a11y/useSemanticElements: a table's rows cannot be placed one by one; the roles say what it is, and the search box holds the focus
// biome-ignore-all lint/a11y/useFocusableInteractive: a table's rows cannot be placed one by one; the roles say what it is, and the search box holds the focus
/**
 * One row of the list. Ten thousand of them are scrolled and filtered, so a row is plain elements, drawn again only when what it
 * shows has changed. Its buttons are there for the pointer's row and the chosen one; elsewhere they are hidden, also from Tab.
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CopyRegular, DeleteRegular, EditRegular } from '@fluentui/react-icons';
import { memo } from 'react';
import type { TargetView } from '../../../main/ipc/contract.ts';
import { useTexts } from '../../texts.tsx';
import { timeAgo } from './time-ago.ts';

export const ROW_HEIGHT = 60;

export type RowAction = 'connect' | 'copy' | 'edit' | 'remove';

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
const FOCUS = {
  outline: `2px solid ${tokens.colorStrokeFocus2}`,
  outlineOffset: '1px',
};

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
    '& [data-actions]': {
      visibility: 'hidden',
      display: 'flex',
      alignItems: 'center',
      gap: tokens.spacingHorizontalXS,
    },
    ':hover [data-actions]': { visibility: 'visible' },
  },
  active: {
    backgroundColor: tokens.colorSubtleBackgroundSelected,
    '& [data-actions]': { visibility: 'visible' },
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
    width: '110px',
    textAlign: 'end',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    [NARROW]: { display: 'none' },
  },
  actions: {
    flexShrink: 0,
    width: '208px',
    display: 'flex',
    justifyContent: 'flex-end',
    [NARROW]: { width: 'auto' },
  },
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
  const button = (action: RowAction, label: string) => ({
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
      <div role="gridcell" className={styles.words}>
        <div className={styles.name}>
          {target === undefined ? say('devices.connect-to-typed', { destination: typed }) : name}
        </div>
        <div className={styles.way}>{way()}</div>
      </div>
      <div role="gridcell" className={styles.used}>
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
          {target !== undefined && (
            <>
              <button {...button('copy', say('devices.copy-command-for', { name }))}>
                <CopyRegular />
              </button>
              <button {...button('edit', say('devices.edit-device', { name }))}>
                <EditRegular />
              </button>
              <button {...button('remove', say('devices.remove-device', { name }))}>
                <DeleteRegular />
              </button>
            </>
          )}
        </span>
      </div>
    </div>
  );

  function way(): string {
    if (target !== undefined) {
      const jumps = target.ways[0]?.jumps ?? [];
      if (jumps.length === 0) return target.device;
      return `${target.device}, ${say('devices.through', { jumps: jumps.join(', ') })}`;
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
