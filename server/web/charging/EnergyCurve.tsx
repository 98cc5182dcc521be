import { energy, timeOf } from '../app/units.ts';
import { t } from '../app/words.ts';

const WIDTH = 380;
const HEIGHT = 90;

/** Energy in Wh over time in unix seconds. The page shows the same figures as text. */
export function EnergyCurve({ points }: { points: readonly [number, number][] }) {
  const first = points[0];
  const last = points.at(-1);
  const most = Math.max(1, last?.[1] ?? 0);
  const span = Math.max(1, (last?.[0] ?? 0) - (first?.[0] ?? 0));
  const x = (t: number) => ((t - (first?.[0] ?? 0)) / span) * WIDTH;
  const y = (wh: number) => HEIGHT - (wh / most) * (HEIGHT - 8);
  const line = points
    .map(([t, wh], i) => `${i === 0 ? 'M' : 'L'}${x(t).toFixed(1)} ${y(wh).toFixed(1)}`)
    .join('');
  const label =
    first === undefined || last === undefined
      ? t('charging.curve.none')
      : t('charging.curve.of', { from: timeOf(first[0]), to: timeOf(last[0]), energy: energy(last[1]) });
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} stroke="var(--pp-line)" />
      {points.length > 1 ? (
        <>
          <path d={`${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} fill="var(--mantine-primary-color-light)" />
          <path
            d={line}
            fill="none"
            stroke="var(--mantine-primary-color-filled)"
            strokeWidth="2.5"
            vectorEffect="non-scaling-stroke"
          />
        </>
      ) : null}
    </svg>
  );
}
