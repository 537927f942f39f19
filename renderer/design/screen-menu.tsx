/** A menu below its button: within the landmark of the screen, where screen readers look for it, and above what comes after it. */
import { Menu, MenuList, MenuPopover, MenuTrigger, makeStyles } from '@fluentui/react-components';
import type { ReactElement, ReactNode } from 'react';

const useStyles = makeStyles({ popover: { zIndex: 1 } });

export interface ScreenMenuProps {
  readonly button: ReactElement;
  /** Its items. */
  readonly children: ReactNode;
}

export function ScreenMenu({ button, children }: ScreenMenuProps) {
  const styles = useStyles();
  return (
    <Menu inline>
      <MenuTrigger disableButtonEnhancement>{button}</MenuTrigger>
      <MenuPopover className={styles.popover}>
        <MenuList>{children}</MenuList>
      </MenuPopover>
    </Menu>
  );
}
