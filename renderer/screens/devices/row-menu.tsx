/** Where the window is too narrow for a row's lesser buttons: what they do, in a menu. */
import { Menu, MenuDivider, MenuItem, MenuList, MenuPopover } from '@fluentui/react-components';
import { useTexts } from '../../texts.tsx';
import type { RowAction } from './device-row.tsx';
import type { ChosenRow } from './ways-menu.tsx';

export interface RowMenuProps {
  /** Undefined: no menu. */
  readonly row: ChosenRow | undefined;
  readonly onAction: (action: RowAction, index: number) => void;
  readonly onClose: () => void;
}

export function RowMenu({ row, onAction, onClose }: RowMenuProps) {
  const { say } = useTexts();
  const name = row?.target.name ?? '';
  const item = (action: RowAction, words: string) => (
    <MenuItem onClick={() => row !== undefined && onAction(action, row.index)}>{words}</MenuItem>
  );
  return (
    <Menu
      // Within the landmark of the screen.
      inline
      open={row !== undefined}
      positioning={{ target: row?.button ?? null, position: 'below', align: 'end' }}
      onOpenChange={(_, { open }) => {
        if (open) return;
        row?.button.focus({ preventScroll: true });
        onClose();
      }}
    >
      <MenuPopover>
        <MenuList>
          {item('rehearse', say('drill.rehearse-device', { name }))}
          {item(
            'favourite',
            say(row?.target.isFavourite === true ? 'devices.no-favourite-any-more' : 'devices.make-favourite'),
          )}
          {item('copy', say('devices.copy-command-for', { name }))}
          {item('host-keys', say('devices.host-keys-of', { name }))}
          <MenuDivider />
          {item('edit', say('devices.edit-device', { name }))}
          {item('remove', say('devices.remove-device', { name }))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
