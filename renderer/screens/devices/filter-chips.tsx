/** What narrows the list besides words: favourites, and the tags in use. Pressed ones all have to fit. */
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { StarRegular } from '@fluentui/react-icons';
import { memo, type ReactElement } from 'react';
import { useTexts } from '../../texts.tsx';
import type { TargetFilter } from './target-search.ts';

export interface FilterChipsProps {
  readonly tags: readonly string[];
  readonly filter: TargetFilter;
  readonly onChange: (filter: TargetFilter) => void;
}

/** More tags than that are found by typing them. */
const MOST = 12;

const useStyles = makeStyles({
  chips: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
  chip: { minWidth: 0, fontWeight: tokens.fontWeightRegular },
  pressed: {
    '&, :hover, :hover:active': {
      border: `1px solid ${tokens.colorBrandStroke1}`,
      backgroundColor: tokens.colorBrandBackground2,
      color: tokens.colorBrandForeground2,
    },
    '@media (forced-colors: active)': {
      '&, :hover, :hover:active': { backgroundColor: 'Highlight', color: 'HighlightText', forcedColorAdjust: 'none' },
    },
  },
});

/** Not drawn again with each keystroke of the search. */
export const FilterChips = memo(function FilterChips({ tags, filter, onChange }: FilterChipsProps) {
  const styles = useStyles();
  const { say } = useTexts();
  // One that is pressed stays, whatever becomes of the others.
  const shown = [...tags.slice(0, MOST), ...filter.tags.filter((tag) => !tags.slice(0, MOST).includes(tag))];
  const toggled = (tag: string) =>
    filter.tags.includes(tag) ? filter.tags.filter((one) => one !== tag) : [...filter.tags, tag];
  return (
    <fieldset
      className={styles.chips}
      aria-label={say('devices.filter')}
      style={{ border: 'none', margin: 0, padding: 0 }}
    >
      <Chip
        icon={<StarRegular />}
        isPressed={filter.favourites}
        onClick={() => onChange({ ...filter, favourites: !filter.favourites })}
      >
        {say('devices.favourites')}
      </Chip>
      {shown.map((tag) => (
        <Chip
          key={tag}
          isPressed={filter.tags.includes(tag)}
          onClick={() => onChange({ ...filter, tags: toggled(tag) })}
        >
          {`#${tag}`}
        </Chip>
      ))}
    </fieldset>
  );
});

interface ChipProps {
  readonly icon?: ReactElement;
  readonly isPressed: boolean;
  readonly onClick: () => void;
  readonly children: string;
}

function Chip({ icon, isPressed, onClick, children }: ChipProps) {
  const styles = useStyles();
  return (
    <Button
      className={mergeClasses(styles.chip, isPressed && styles.pressed)}
      size="small"
      shape="circular"
      {...(icon !== undefined && { icon })}
      aria-pressed={isPressed}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
