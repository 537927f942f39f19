/** What narrows the list besides words: favourites, and the tags in use. Pressed ones all have to fit. */
import { makeStyles, mergeClasses, ToggleButton, tokens } from '@fluentui/react-components';
import { StarRegular } from '@fluentui/react-icons';
import { memo } from 'react';
import { useTexts } from '../../texts.tsx';
import type { TargetFilter } from './target-search.ts';

export interface FilterChipsProps {
  readonly tags: readonly string[];
  readonly filter: TargetFilter;
  readonly onChange: (filter: TargetFilter) => void;
}

/** More tags than that are found by typing them. */
const MOST = 12;

/** Fluent's grey alone is hardly seen at this size. In forced colours it is Fluent's own. Its `shorthands` would be 2.4 kB of script. */
const PRESSED = {
  backgroundColor: tokens.colorBrandBackground2,
  borderTopColor: tokens.colorBrandStroke1,
  borderRightColor: tokens.colorBrandStroke1,
  borderBottomColor: tokens.colorBrandStroke1,
  borderLeftColor: tokens.colorBrandStroke1,
  color: tokens.colorBrandForeground2,
};

const useStyles = makeStyles({
  chips: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
  chip: { minWidth: 0 },
  pressed: { ...PRESSED, ':hover': PRESSED, ':hover:active,:active:focus-visible': PRESSED },
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
      <ToggleButton
        className={mergeClasses(styles.chip, filter.favourites && styles.pressed)}
        size="small"
        shape="circular"
        icon={<StarRegular />}
        checked={filter.favourites}
        onClick={() => onChange({ ...filter, favourites: !filter.favourites })}
      >
        {say('devices.favourites')}
      </ToggleButton>
      {shown.map((tag) => (
        <ToggleButton
          key={tag}
          className={mergeClasses(styles.chip, filter.tags.includes(tag) && styles.pressed)}
          size="small"
          shape="circular"
          checked={filter.tags.includes(tag)}
          onClick={() => onChange({ ...filter, tags: toggled(tag) })}
        >
          {`#${tag}`}
        </ToggleButton>
      ))}
    </fieldset>
  );
});
