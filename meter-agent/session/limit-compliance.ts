import { notify } from './notices.ts';
import type { Effect, Session } from './types.ts';

/** Tolerance for cars and meters that are not exact. */
const TOLERANCE = { percent: 110, currentA: 1 };
/** A car takes a while to follow a smaller limit. */
const PROOF = { values: 2, timeSec: 60 };
/** Above this multiple of the connector's current, a value is an error of the meter. */
const BELIEVABLE_TIMES = 2;

/** The current that the meter reports, in whole A per phase: from amperes where it has them, else from power. */
function drawnA({ plan }: Session, powerW: number | null, currentA: number | null): number | null {
  const { fullCurrentA, maxPowerW } = plan;
  const nowA = currentA ?? (powerW === null ? null : Math.floor((powerW * fullCurrentA) / maxPowerW));
  return nowA === null || nowA > BELIEVABLE_TIMES * fullCurrentA ? null : nowA;
}

/** The most that the charge point may draw, in A per phase; null without a site limit, or before it accepted one. */
function allowedA({ current, askedAt, pause }: Session): number | null {
  const { shareA, acceptedA, isUnsure, isRefused } = current;
  if (shareA === null || acceptedA === null || acceptedA === 0 || isUnsure || isRefused) return null;
  return pause === null ? Math.max(acceptedA, askedAt.limitA ?? 0) : null;
}

const exceeds = (nowA: number, limitA: number): boolean =>
  100 * (nowA - TOLERANCE.currentA) > TOLERANCE.percent * limitA;

/**
 * A charge point that draws more than it accepted is counted at what it draws for the rest of the session: if it
 * ignores one limit, it will ignore the next one.
 */
export function withCompliance(
  s: Session,
  value: { at: number; powerW: number | null; currentA: number | null },
  effects: Effect[],
): Session {
  const [nowA, limitA] = [drawnA(s, value.powerW, value.currentA), allowedA(s)];
  if (nowA === null || limitA === null) return s;
  const { current } = s;
  // Rounded up: the measured current was rounded down to whole amperes.
  if (current.drawnA !== null) return withDrawn(s, Math.max(current.drawnA, nowA + 1));
  if (!exceeds(nowA, limitA))
    return current.over === null ? s : { ...s, current: { ...current, over: null } };
  const { since, values, mostA } = current.over ?? { since: value.at, values: 0, mostA: 0 };
  const over = { since, values: values + 1, mostA: Math.max(mostA, nowA + 1) };
  if (over.values < PROOF.values || value.at - since < PROOF.timeSec) {
    return { ...s, current: { ...current, over } };
  }
  notify(effects, 'LIMIT_EXCEEDED', { drawnA: over.mostA, acceptedA: limitA });
  return { ...s, current: { ...current, over: null, drawnA: over.mostA } };
}

const withDrawn = (s: Session, mostA: number): Session =>
  mostA === s.current.drawnA ? s : { ...s, current: { ...s.current, drawnA: mostA } };
