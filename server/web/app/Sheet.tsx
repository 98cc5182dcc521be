import { type KeyboardEvent, type MouseEvent, type PointerEvent, type RefObject, useRef } from 'react';
import { STOPS, type Stop, type StopHeights, stopAfterDrag, stopAfterTap, stopBeside } from './stops.ts';
import { t } from './words.ts';

/** A pointer that moved less has tapped. */
const TAP_PX = 6;

interface Drag {
  fromY: number;
  fromHeightPx: number;
  lastY: number;
  lastMs: number;
  /** Upwards, px/ms. */
  speed: number;
  hasMoved: boolean;
}

/** What the style sheet says of the stops, read from the sheet itself. */
function heightsOf(sheet: HTMLElement): StopHeights {
  const now = sheet.dataset.stop;
  const heightAt = (stop: Stop): number => {
    sheet.dataset.stop = stop;
    return sheet.offsetHeight;
  };
  const heights = { peek: heightAt('peek'), half: heightAt('half'), full: heightAt('full') };
  sheet.dataset.stop = now;
  return heights;
}

const KEYS: Readonly<Record<string, (stop: Stop) => Stop>> = {
  ArrowUp: (stop) => stopBeside(stop, 1),
  ArrowDown: (stop) => stopBeside(stop, -1),
  Home: () => STOPS[0],
  End: () => 'full',
};

interface Props {
  stop: Stop;
  onStop: (stop: Stop) => void;
  sheet: RefObject<HTMLElement | null>;
}

/** Follows the pointer with the height of the sheet, and leaves it at a stop. */
function useDrag({ onStop, sheet }: Props) {
  const drag = useRef<Drag>(undefined);
  const dragged = useRef(false);
  const begin = (event: PointerEvent<HTMLButtonElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const [y, ms] = [event.clientY, event.timeStamp];
    const fromHeightPx = sheet.current?.offsetHeight ?? 0;
    drag.current = { fromY: y, fromHeightPx, lastY: y, lastMs: ms, speed: 0, hasMoved: false };
  };
  const move = ({ clientY, timeStamp }: PointerEvent) => {
    const now = drag.current;
    const element = sheet.current;
    if (now === undefined || element === null) return;
    now.speed = (now.lastY - clientY) / Math.max(1, timeStamp - now.lastMs);
    now.lastY = clientY;
    now.lastMs = timeStamp;
    now.hasMoved ||= Math.abs(clientY - now.fromY) > TAP_PX;
    if (!now.hasMoved) return;
    element.dataset.drag = 'true';
    element.style.height = `${now.fromHeightPx + now.fromY - clientY}px`;
  };
  const end = () => {
    const ended = drag.current;
    const element = sheet.current;
    drag.current = undefined;
    dragged.current = ended?.hasMoved ?? false;
    if (!ended?.hasMoved || element === null) return;
    const heightPx = element.offsetHeight;
    element.style.removeProperty('height');
    onStop(stopAfterDrag(heightPx, ended.speed, heightsOf(element)));
    delete element.dataset.drag;
  };
  return { dragged, begin, move, end };
}

/** The handle of a phone's sheet: drag it, tap it, or use the arrow keys. */
export function SheetGrip(props: Props) {
  const { stop, onStop } = props;
  const { dragged, begin, move, end } = useDrag(props);
  const click = ({ detail }: MouseEvent) => {
    // A drag ends with a click too; one by the keyboard has no detail.
    const isDrag = detail > 0 && dragged.current;
    dragged.current = false;
    if (!isDrag) onStop(stopAfterTap(stop));
  };
  const press = (event: KeyboardEvent) => {
    const next = KEYS[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onStop(next(stop));
  };
  return (
    <button
      type="button"
      className="pp-grip"
      aria-label={t(`app.sheet.${stop}`)}
      aria-expanded={stop !== 'peek'}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onClick={click}
      onKeyDown={press}
    />
  );
}
