/** Which rows of a list of equal heights can be seen, so that only those are in the document. */
import { type RefObject, useCallback, useLayoutEffect, useState } from 'react';
import { flushSync } from 'react-dom';

/** Rows beyond each edge: what a quick turn of the wheel shows before the next drawing. */
const BEYOND = 3;

interface Shown {
  readonly first: number;
  readonly last: number;
}

export interface ShownRows {
  /** In order; the one that `always` names is among them wherever it stands. */
  readonly indexes: readonly number[];
  /** Moves the list no further than is needed for the row to be seen whole. */
  readonly bringIntoView: (index: number) => void;
}

/** Of `count` rows of `rowHeight` CSS pixels each, in the scrolling element `list`. */
export function useShownRows(
  list: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  always: number,
): ShownRows {
  const [shown, setShown] = useState<Shown>({ first: 0, last: 0 });

  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const look = () => {
      const first = Math.floor(element.scrollTop / rowHeight) - BEYOND;
      const last = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) - 1 + BEYOND;
      setShown((before) => (before.first === first && before.last === last ? before : { first, last }));
    };
    // Drawn before the frame that shows the new place.
    const scrolled = () => flushSync(look);
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [list, rowHeight]);

  const bringIntoView = useCallback(
    (index: number) => {
      const element = list.current;
      if (element === null) return;
      const top = index * rowHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + element.clientHeight) {
        element.scrollTop = top + rowHeight - element.clientHeight;
      }
    },
    [list, rowHeight],
  );

  return { indexes: indexesOf(shown, count, always), bringIntoView };
}

function indexesOf({ first, last }: Shown, count: number, always: number): readonly number[] {
  const from = Math.max(0, first);
  const to = Math.min(count - 1, last);
  const indexes = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
  if (always < 0 || always >= count) return indexes;
  if (always < from) return [always, ...indexes];
  return always > to ? [...indexes, always] : indexes;
}
