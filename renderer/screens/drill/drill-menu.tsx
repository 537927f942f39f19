/** Rehearses the favourites or all devices, or shows what was rehearsed. */
import { Button, MenuDivider, MenuItem, makeStyles, tokens } from '@fluentui/react-components';
import { ChevronDownRegular, TaskListSquareLtrRegular } from '@fluentui/react-icons';
import { ScreenMenu } from '../../design/screen-menu.tsx';
import { useTexts } from '../../texts.tsx';
import type { Rehearsal } from './drill-dialog.tsx';

const useStyles = makeStyles({ chevron: { marginInlineStart: tokens.spacingHorizontalSNudge } });

interface DrillMenuProps {
  readonly hasFavourites: boolean;
  readonly onChosen: (rehearsal: Rehearsal) => void;
}

export function DrillMenu({ hasFavourites, onChosen }: DrillMenuProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <ScreenMenu
      button={
        <Button icon={<TaskListSquareLtrRegular />}>
          {say('drill.rehearse')}
          <ChevronDownRegular className={styles.chevron} />
        </Button>
      }
    >
      {hasFavourites && (
        <MenuItem onClick={() => onChosen({ kind: 'favourites' })}>{say('drill.rehearse-favourites')}</MenuItem>
      )}
      <MenuItem onClick={() => onChosen({ kind: 'all' })}>{say('drill.rehearse-all')}</MenuItem>
      <MenuDivider />
      <MenuItem onClick={() => onChosen({ kind: 'results' })}>{say('drill.results')}</MenuItem>
    </ScreenMenu>
  );
}
