// biome-ignore-all lint/a11y/useSemanticElements: a table's rows cannot be placed one by one; the roles say what it is, and the search box holds the focus
/**
 * The list as a grid of which only what can be seen is in the document. The search box drives it (its `aria-activedescendant` is
 * the chosen row); Tab from there reaches the chosen row's buttons, on which Up and Down change the row.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { TargetView } from '../../../main/ipc/contract.ts';
import { useTexts } from '../../texts.tsx';
import { DeviceRow, ROW_HEIGHT, type RowAction, type RowButton, rowId } from './device-row.tsx';
import { RowMenu } from './row-menu.tsx';
import { type ChosenRow, WaysMenu } from './ways-menu.tsx';

export interface DeviceListProps {
  readonly id: string;
  /** Stands first, before the devices. */
  readonly typed: string | undefined;
  readonly typedJump: string | null;
  readonly targets: readonly TargetView[];
  readonly activeIndex: number;
  readonly now: number;
  readonly onActive: (index: number) => void;
  /** `way`: of a `connect`, the number of the way that was chosen, from 1. */
  readonly onAction: (action: RowAction, index: number, way?: number) => void;
}

const useStyles = makeStyles({
  grid: {
    position: 'relative',
    flexGrow: 1,
    flexBasis: 0,
    minHeight: '190px',
    overflowX: 'hidden',
    overflowY: 'auto',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  rows: { position: 'relative', width: '100%' },
});

export function DeviceList(props: DeviceListProps) {
  const { id, typed, typedJump, targets, activeIndex, now, onActive, onAction } = props;
  const styles = useStyles();
  const { say } = useTexts();
  const grid = useRef<HTMLDivElement>(null);
  const [waysOf, setWaysOf] = useState<ChosenRow>();
  const [moreOf, setMoreOf] = useState<ChosenRow>();
  const before = typed === undefined ? 0 : 1;
  const count = targets.length + before;
  // The chosen row is always there: the search box and the focus refer to it.
  const rangeExtractor = useCallback(
    (range: Range) => {
      const shown = defaultRangeExtractor(range);
      if (activeIndex < count && !shown.includes(activeIndex)) shown.push(activeIndex);
      return shown.toSorted((a, b) => a - b);
    },
    [activeIndex, count],
  );
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => grid.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 3,
    rangeExtractor,
  });

  const found = useRef(targets);
  useLayoutEffect(() => {
    // Another search begins at the top; moving within one keeps the row in sight.
    if (found.current !== targets && activeIndex <= 1) grid.current?.scrollTo({ top: 0 });
    else virtual.scrollToIndex(activeIndex, { align: 'auto' });
    found.current = targets;
  }, [virtual, targets, activeIndex]);

  const rowOf = (event: { readonly target: EventTarget }): number | undefined => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]') : null;
    return row === null ? undefined : Number(row.dataset.row);
  };
  const act = (event: MouseEvent) => {
    const index = rowOf(event);
    if (index === undefined) return;
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-action]') : null;
    onActive(index);
    const action = button?.dataset.action as RowButton | undefined;
    const target = targets[index - before];
    if (action === 'ways' || action === 'more') {
      const show = action === 'ways' ? setWaysOf : setMoreOf;
      if (button !== null && target !== undefined) show({ target, index, button });
    } else if (action !== undefined) onAction(action, index);
    else if (event.detail === 2) onAction('connect', index);
  };
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !(event.target instanceof HTMLElement)) return;
    event.preventDefault();
    const action = event.target.closest<HTMLElement>('[data-action]')?.dataset.action ?? 'connect';
    const to = Math.min(count - 1, Math.max(0, activeIndex + step));
    flushSync(() => onActive(to));
    const row = document.getElementById(rowId(to));
    const button = row?.querySelector<HTMLElement>(`[data-action="${action}"]`) ?? row?.querySelector('button');
    button?.focus({ preventScroll: true });
  };

  return (
    <>
      <div
        ref={grid}
        id={id}
        role="grid"
        aria-label={say('devices.list')}
        aria-rowcount={count}
        className={styles.grid}
        tabIndex={-1}
        onClick={act}
        onKeyDown={move}
      >
        <div role="rowgroup" className={styles.rows} style={{ height: `${virtual.getTotalSize()}px` }}>
          {virtual.getVirtualItems().map(({ index }) => {
            const target = index < before ? undefined : targets[index - before];
            return (
              <DeviceRow
                key={index}
                target={target}
                typed={target === undefined ? (typed ?? '') : ''}
                typedJump={typedJump}
                index={index}
                active={index === activeIndex}
                now={now}
              />
            );
          })}
        </div>
      </div>
      {/* Outside of the grid: what is pressed in it is nothing that was pressed on a row. */}
      <WaysMenu
        row={waysOf}
        onWay={(index, way) => onAction('connect', index, way)}
        onClose={() => setWaysOf(undefined)}
      />
      <RowMenu row={moreOf} onAction={onAction} onClose={() => setMoreOf(undefined)} />
    </>
  );
}
