import { bucketText } from './buckets.ts';
import { ticksUpTo, tickText } from './scale.ts';
import type { Plot } from './series.ts';

/** What a plot is drawn with, by its meaning; each kind of document has its own colours for it. */
export type Tone = 'first' | 'second' | 'third' | 'axis' | 'grid';

export type Shape =
  | { kind: 'rect'; x: number; y: number; width: number; height: number; tone: Tone }
  | { kind: 'line'; points: [x: number, y: number][]; tone: Tone; isDashed?: boolean }
  | { kind: 'text'; x: number; y: number; text: string; anchor: 'start' | 'middle' | 'end' };

/** Shapes on a canvas whose origin is at its upper left. */
export interface Drawing {
  width: number;
  height: number;
  title: string;
  description: string;
  shapes: Shape[];
}

const SIZE = { width: 420, height: 210 };
const INNER = { left: 44, right: 410, top: 30, bottom: 180 };
/** Height of the drawing's type. */
export const TYPE_SIZE = 10;
const TONES = ['first', 'second', 'third'] as const;

/** Draws a plot as vectors: axes, legend, and bars or lines. */
export function drawingOf(plot: Plot): Drawing {
  const most = Math.max(0, ...plot.series.flatMap(({ values }) => values.filter((value) => value !== null)));
  const ticks = ticksUpTo(most);
  const top = ticks.at(-1) ?? 1;
  const yOf = (value: number) => round(INNER.bottom - (value / top) * (INNER.bottom - INNER.top));
  const marks = plot.kind === 'bars' ? bars(plot, yOf) : lines(plot, yOf);
  return {
    ...SIZE,
    title: plot.title,
    description: plot.description,
    shapes: [...yAxis(ticks, yOf), ...marks, ...xAxis(plot), ...legend(plot)],
  };
}

const round = (value: number): number => Math.round(100 * value) / 100;

const bucketWidth = ({ buckets }: Plot): number => (INNER.right - INNER.left) / buckets.count;

const yAxis = (ticks: readonly number[], yOf: (value: number) => number): Shape[] =>
  ticks.flatMap((tick): Shape[] => {
    const y = yOf(tick);
    const points: [number, number][] = [
      [INNER.left, y],
      [INNER.right, y],
    ];
    return [
      { kind: 'line', points, tone: tick === 0 ? 'axis' : 'grid' },
      { kind: 'text', x: INNER.left - 4, y: y + 3, text: tickText(tick), anchor: 'end' },
    ];
  });

/** The first bucket, the middle one and the last one. */
function xAxis(plot: Plot): Shape[] {
  const { buckets } = plot;
  const y = INNER.bottom + 14;
  const first = { kind: 'text', x: INNER.left, y, text: bucketText(buckets, 0), anchor: 'start' } as const;
  if (buckets.count === 1) return [first];
  const last = bucketText(buckets, buckets.count - 1);
  const middle = Math.floor(buckets.count / 2);
  const x = round(INNER.left + (middle + 0.5) * bucketWidth(plot));
  return [
    first,
    ...(buckets.count < 3
      ? []
      : [{ kind: 'text', x, y, text: bucketText(buckets, middle), anchor: 'middle' } as const]),
    { kind: 'text', x: INNER.right, y, text: last, anchor: 'end' },
  ];
}

function legend({ series, unit }: Plot): Shape[] {
  let x = INNER.left;
  const shapes: Shape[] = [];
  for (const [index, { name }] of series.entries()) {
    const tone = TONES[index] ?? 'third';
    shapes.push({ kind: 'rect', x, y: 9, width: 8, height: 8, tone });
    shapes.push({ kind: 'text', x: x + 12, y: 17, text: name, anchor: 'start' });
    x += 26 + 5.4 * name.length;
  }
  return [...shapes, { kind: 'text', x: INNER.right, y: 17, text: unit, anchor: 'end' }];
}

function bars(plot: Plot, yOf: (value: number) => number): Shape[] {
  const width = bucketWidth(plot);
  const own = (0.8 * width) / plot.series.length;
  return plot.series.flatMap(({ values }, at) =>
    values.flatMap((value, index): Shape[] => {
      if (value === null || value === 0) return [];
      const x = round(INNER.left + index * width + 0.1 * width + at * own);
      const y = yOf(value);
      const size = { width: round(Math.max(own, 0.5)), height: round(INNER.bottom - y) };
      return [{ kind: 'rect', x, y, ...size, tone: TONES[at] ?? 'third' }];
    }),
  );
}

/** Lines through the buckets that have a value; a value alone is a dash as wide as its bucket. */
function lines(plot: Plot, yOf: (value: number) => number): Shape[] {
  const width = bucketWidth(plot);
  return plot.series.flatMap(({ values }, at): Shape[] => {
    const known = values.flatMap((value, index) => (value === null ? [] : [{ index, value }]));
    const points = known.map(({ index, value }): [number, number] => [
      round(INNER.left + (index + 0.5) * width),
      yOf(value),
    ]);
    const [only] = points;
    const dash = 0.4 * width;
    const shown: [number, number][] =
      points.length === 1 && only !== undefined
        ? [
            [round(only[0] - dash), only[1]],
            [round(only[0] + dash), only[1]],
          ]
        : points;
    const tone = TONES[at] ?? 'third';
    return shown.length === 0 ? [] : [{ kind: 'line', points: shown, tone, isDashed: at === 2 }];
  });
}
