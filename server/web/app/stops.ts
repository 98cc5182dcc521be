/** Where the sheet of a phone can stand, from the lowest. */
export const STOPS = ['peek', 'half', 'full'] as const;
export type Stop = (typeof STOPS)[number];

/** Heights of the sheet at its stops, px. */
export type StopHeights = Readonly<Record<Stop, number>>;

/** A sheet that is let go at this speed, px/ms, goes on to the next stop in its direction. */
const FLICK = 0.5;

/** The stop above or below; the last one stays. */
export function stopBeside(stop: Stop, step: 1 | -1): Stop {
  const index = STOPS.indexOf(stop) + step;
  return STOPS[Math.min(STOPS.length - 1, Math.max(0, index))]!;
}

/** What a tap on the grip does: up, and from the top down again. */
export const stopAfterTap = (stop: Stop): Stop => (stop === 'full' ? 'peek' : stopBeside(stop, 1));

/** Where a sheet comes to rest that is let go at a height, with a speed upwards in px/ms. */
export function stopAfterDrag(heightPx: number, speed: number, heights: StopHeights): Stop {
  const flicked =
    speed > FLICK
      ? STOPS.find((stop) => heights[stop] > heightPx)
      : speed < -FLICK
        ? STOPS.findLast((stop) => heights[stop] < heightPx)
        : undefined;
  if (flicked !== undefined) return flicked;
  return STOPS.reduce((best, stop) =>
    Math.abs(heights[stop] - heightPx) < Math.abs(heights[best] - heightPx) ? stop : best,
  );
}
