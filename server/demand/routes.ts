import { Router } from 'express';
import { statistics } from '../../protocol/api/statistics.ts';
import { operate } from '../http/operate.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { demandOf } from './demand.ts';
import { chargersOnMap, createFigures } from './figures.ts';
import { DAY_SEC } from './searches.ts';

/** Figures that say nothing of any person. */
export function demandRoutes({ db, now }: Services): Router {
  const router = Router();
  const figures = createFigures(db, now);
  operate(router, statistics.getStatistics, [], async ({ res }) => {
    res.set('cache-control', 'public, max-age=60');
    const days = await figures();
    return { ...(await chargersOnMap(db)), daily: days.map((one) => ({ ...one, day: dayText(one.day) })) };
  });
  operate(router, statistics.getDemand, [], async ({ query }) => {
    const today = Math.floor(now() / DAY_SEC);
    const day = query.day === undefined ? today - 1 : dayOf(query.day);
    if (!(day < today && (query.day === undefined || dayText(day) === query.day))) throw notYet(query.day!);
    return { day: dayText(day), ...(await demandOf(db, day, query)) };
  });
  return router;
}

const dayText = (day: number): string => new Date(day * DAY_SEC * 1_000).toISOString().slice(0, 10);

/** Not a number, or another day, where the calendar has no such day. */
const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 1_000 / DAY_SEC;

const notYet = (day: string): HttpProblem =>
  new HttpProblem(400, {
    code: 'input.invalid',
    value: `query.day: ${day}`,
    rule: 'The day must be in the calendar, and over: while it lasts, the last search could be told from the others.',
    remedy: 'Ask for yesterday.',
  });
