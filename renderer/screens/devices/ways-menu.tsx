/** The menu by which one of several ways to a device is chosen. What a console and a password cost is said before it is chosen. */
import { Menu, MenuItem, MenuList, MenuPopover, makeStyles, tokens } from '@fluentui/react-components';
import type { TargetView } from '../../../main/ipc/contract.ts';
import { useTexts } from '../../texts.tsx';
import { KINDS } from './target-words.ts';

/** Whose menu is open, and the button that opened it. */
export interface ChosenRow {
  readonly target: TargetView;
  readonly index: number;
  readonly button: HTMLElement;
}

export interface WaysMenuProps {
  /** Undefined: none is open. */
  readonly row: ChosenRow | undefined;
  /** `way`: its number, from 1. */
  readonly onWay: (index: number, way: number) => void;
  readonly onClose: () => void;
}

const useStyles = makeStyles({
  popover: { maxWidth: '440px' },
  more: {
    display: 'block',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    overflowWrap: 'anywhere',
  },
});

export function WaysMenu({ row, onWay, onClose }: WaysMenuProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const close = () => {
    row?.button.focus({ preventScroll: true });
    onClose();
  };
  return (
    <Menu
      // Within the landmark of the screen.
      inline
      open={row !== undefined}
      positioning={{ target: row?.button ?? null, position: 'below', align: 'start' }}
      onOpenChange={(_, { open }) => {
        if (!open) close();
      }}
    >
      <MenuPopover className={styles.popover}>
        <MenuList>
          {row?.target.ways.map(({ kind, jumps, device }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a way is its place; the menu is gone before one moves
            <MenuItem key={at} onClick={() => onWay(row.index, at + 1)}>
              {say('devices.by-way', { number: at + 1, kind: say(KINDS[kind].name) })}
              <span className={styles.more}>
                {[
                  device ?? row.target.device,
                  ...(jumps.length > 0 ? [say('devices.through', { jumps: jumps.join(', ') })] : []),
                ].join(', ')}
              </span>
              {(kind === 'console' || kind === 'password') && (
                <span className={styles.more}>{say(KINDS[kind].explained)}</span>
              )}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
