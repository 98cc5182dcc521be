import { useMemo } from 'react';
import { useNeed } from '../app/need.ts';
import { ordered, positionOf, type Row, rowsOf } from './find.ts';
import { type Bounds, boundsAround, isInside, middleOf } from './geo.ts';
import { useMap } from './MapContext.tsx';
import { areaOf, useQuotes } from './useQuotes.ts';

export interface Found {
  /** In view, in the order that the reader chose. */
  rows: readonly Row[];
  /** Whether times were asked for: a map of a whole country has none. */
  isQuoted: boolean;
  /** Bounds of all chargers that are known, in view or not. */
  everywhere: Bounds | undefined;
}

/** What the list shows: the chargers in view, with what a charge there costs and when it could be. */
export function useFound(): Found {
  const { chargers, view, filters, sort, ownPosition } = useMap();
  const need = useNeed();
  const everywhere = useMemo(() => boundsAround(chargers.all.map(positionOf)), [chargers.all]);
  const bounds = view ?? everywhere;
  const area = useMemo(() => bounds && areaOf(bounds), [bounds]);
  const quotes = useQuotes(area, filters, need, sort, chargers.changes);
  const origin = ownPosition ?? (area && bounds && middleOf(bounds));
  const rows = useMemo(() => {
    const all = rowsOf(chargers.all, quotes.byId, need, origin);
    const inView =
      view === undefined ? all : all.filter(({ charger }) => isInside(view, positionOf(charger)));
    return ordered(inView, sort);
  }, [chargers.all, quotes.byId, need, origin, view, sort]);
  // While the first quotes are on their way, nothing is said to be without.
  return { rows, isQuoted: quotes.isAsked && quotes.byId.size > 0, everywhere };
}
