/** The search box and the list that it filters. The keyboard stays in the box: Up, Down and Enter work from there. */
import { Input, makeStyles, tokens } from '@fluentui/react-components';
import { SearchRegular } from '@fluentui/react-icons';
import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { TargetView } from '../../../main/ipc/contract.ts';
import { EmptyState } from '../../design/empty-state.tsx';
import { useTexts } from '../../texts.tsx';
import { DeviceList } from './device-list.tsx';
import { type RowAction, rowId } from './device-row.tsx';
import { FilterChips } from './filter-chips.tsx';
import {
  filterTargets,
  searchTargets,
  type TargetFilter,
  type TargetIndex,
  tagsOf,
  typedDestination,
} from './target-search.ts';

export interface DeviceFinderProps {
  readonly search: RefObject<HTMLInputElement | null>;
  readonly index: TargetIndex;
  readonly targets: readonly TargetView[];
  readonly defaultJump: string | null;
  /** What was just done, in a sentence; empty: nothing. */
  readonly told: string;
  /** `way`: of a `connect`, the number of the way that was chosen, from 1. */
  readonly onAction: (action: RowAction, target: TargetView | string, way?: number) => void;
}

/** Rows that Page Up and Page Down pass. */
const PAGE = 8;

const useStyles = makeStyles({
  finder: { flexGrow: 1, minHeight: 0, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalS },
  search: { width: '100%' },
  status: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: `0 ${tokens.spacingHorizontalL}`,
    minHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  told: { overflowWrap: 'anywhere' },
});

export function DeviceFinder({ search, index, targets, defaultJump, told, onAction }: DeviceFinderProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<{ readonly query: string; readonly at: number }>({ query: '', at: 0 });
  const gridId = useId();
  const hintId = useId();

  const [filter, setFilter] = useState<TargetFilter>({ favourites: false, tags: [] });
  const tags = useMemo(() => tagsOf(targets), [targets]);
  const narrowed = useMemo(() => filterTargets(index, filter), [index, filter]);
  const found = useMemo(() => searchTargets(narrowed, query), [narrowed, query]);
  const isNarrowed = filter.favourites || filter.tags.length > 0;
  const hasFavourites = useMemo(() => targets.some(({ isFavourite }) => isFavourite), [targets]);
  const hasChips = isNarrowed || tags.length > 0 || hasFavourites;
  const typed = useMemo(() => typedDestination(query, targets), [query, targets]);
  // Of the time when the devices were read: a row is not to be drawn again because a moment has passed.
  const now = useMemo(() => (index.length === 0 ? 0 : Date.now()), [index]);
  const before = typed === undefined ? 0 : 1;
  const count = found.length + before;
  // What is saved comes before what is typed, unless nothing saved fits; another search chooses anew.
  const first = found.length > 0 ? before : 0;
  const active = Math.min(chosen.query === query ? chosen.at : first, count - 1);

  // The list must not be drawn again because a function is another one.
  const latest = useRef({ query, found, typed, before, onAction });
  latest.current = { query, found, typed, before, onAction };
  const [list] = useState(() => ({
    onActive: (at: number) => setChosen({ query: latest.current.query, at }),
    onAction: (action: RowAction, at: number, way?: number) => {
      const { found, typed, before, onAction } = latest.current;
      const target = at < before ? typed : found[at - before];
      if (target !== undefined) onAction(action, target, way);
    },
  }));

  useSearchKeys(search);
  useEffect(() => search.current?.focus(), [search]);

  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE }[event.key];
    if (step !== undefined && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      if (count > 0) list.onActive(Math.min(count - 1, Math.max(0, active + step)));
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing && count > 0) {
      event.preventDefault();
      list.onAction('connect', active);
    } else if (event.key === 'Escape' && query !== '') {
      event.preventDefault();
      setQuery('');
    }
  };

  return (
    <div className={styles.finder}>
      <Input
        input={{
          ref: search,
          role: 'combobox',
          'aria-expanded': count > 0,
          'aria-haspopup': 'grid',
          'aria-autocomplete': 'list',
          ...(count > 0 && { 'aria-controls': gridId, 'aria-activedescendant': rowId(active) }),
          'aria-describedby': hintId,
        }}
        className={styles.search}
        size="large"
        contentBefore={<SearchRegular />}
        aria-label={say('devices.search')}
        placeholder={say('devices.search-placeholder')}
        value={query}
        autoComplete="off"
        spellCheck={false}
        maxLength={1024}
        onChange={(_, { value }) => setQuery(value)}
        onKeyDown={press}
      />
      {hasChips && <FilterChips tags={tags} filter={filter} onChange={setFilter} />}
      <div className={styles.status}>
        <span id={hintId}>{say('devices.search-hint')}</span>
        {told !== '' && <span className={styles.told}>{told}</span>}
        <span role="status">
          {query.trim() === '' && !isNarrowed
            ? say('devices.count', { count: targets.length })
            : say('devices.found', { found: found.length, count: targets.length })}
        </span>
      </div>
      {count === 0 ? (
        <EmptyState
          title={query.trim() === '' ? say('devices.no-match-filter') : say('devices.no-match', { query })}
          text={say('devices.no-match-explained')}
        />
      ) : (
        <DeviceList
          id={gridId}
          typed={typed}
          typedJump={defaultJump}
          targets={found}
          activeIndex={active}
          now={now}
          onActive={list.onActive}
          onAction={list.onAction}
        />
      )}
    </div>
  );
}

/** Ctrl+F (Cmd+F) and "/" go to the search box from anywhere on the screen, but not out of a dialog or another field. */
function useSearchKeys(search: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      const from = event.target instanceof Element ? event.target : undefined;
      if (from?.closest('[role="dialog"], [role="alertdialog"]')) return;
      const find = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === 'f';
      const slash = event.key === '/' && !event.ctrlKey && !event.altKey && !event.metaKey;
      if (!find && !(slash && !from?.matches('input, textarea, [contenteditable]'))) return;
      event.preventDefault();
      search.current?.focus();
      search.current?.select();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [search]);
}
