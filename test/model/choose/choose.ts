import type { MarketRef } from '../../../protocol/signedTypes.ts';
import type { Batch, Call } from '../calls.ts';
import type { Dice } from '../dice.ts';
import type { World } from '../world.ts';
import { book, bookAsDriver, fundAndBook } from './bookings.ts';
import { pause, publish, setStatus, update } from './listings.ts';
import * as money from './money.ts';
import { type AboutOpen, fitsSomething, isAboutOpen } from './open.ts';
import * as reports from './reports.ts';

type Choose = (world: World, dice: Dice, ref: MarketRef) => Call;

/** Every kind of step, how often it comes, and whether it needs a booking to be about. */
const STEPS = {
  deposit: [2, money.deposit],
  depositWithPermit: [1, money.depositWithPermit],
  depositWithAuthorization: [1, money.depositWithAuthorization],
  withdraw: [1, money.withdraw],
  withdrawBySignature: [1, money.withdrawBySignature],
  withdrawEarnings: [1, money.withdrawEarnings],
  withdrawEarningsBySignature: [1, money.withdrawEarningsBySignature],
  publish: [1, publish],
  update: [2, update],
  setStatus: [1, setStatus],
  bookAsDriver: [6, bookAsDriver],
  book: [6, book],
  fundAndBook: [3, fundAndBook],
  cancelByDriver: [2, reports.cancelByDriver],
  cancelByHost: [2, reports.cancelByHost],
  arrived: [3, reports.arrived],
  settle: [2, reports.report('settle')],
  claim: [6, reports.report('claim')],
  claimAlone: [8, reports.claimAlone('claimAlone')],
  raise: [10, reports.claimAlone('raise')],
  replace: [5, reports.report('claim', 'replace')],
  claimNoShow: [3, reports.claimNoShow],
  challenge: [18, reports.challenge],
  prove: [18, reports.prove],
  finalise: [6, reports.end('finalise')],
  expire: [1, reports.end('expire')],
  pause: [1, pause],
  batch: [3, batch],
} as const satisfies Record<Call['kind'] | AboutOpen, readonly [weight: number, choose: Choose]>;

export type Kind = keyof typeof STEPS;

/** Each kind as often as it should come. */
export const KINDS = (Object.keys(STEPS) as Kind[]).flatMap((kind) => Array<Kind>(STEPS[kind][0]).fill(kind));

/** A call about an open booking comes only when there is one that it fits. */
export const isPossible = (kind: Kind, world: World): boolean =>
  !isAboutOpen(kind) || fitsSomething(world, kind);

export const choose = (kind: Kind, world: World, dice: Dice, ref: MarketRef): Call =>
  (STEPS[kind][1] as Choose)(world, dice, ref);

/** Settlements and bookings together, all sent by one. The settlement comes first, since it may move time. */
function batch(world: World, dice: Dice, ref: MarketRef): Batch {
  const items: Batch['items'] = [];
  if (fitsSomething(world, 'settle') && dice.next() % 3 !== 0)
    items.push(reports.report('settle')(world, dice));
  const carried = book(world, dice, ref);
  const limits = { ...carried.limits, relayer: null };
  items.push({ ...carried, signer: carried.made.driver, limits });
  const own = bookAsDriver(world, dice, ref);
  if (dice.next() % 2 === 0) items.push(own);
  if (fitsSomething(world, 'cancelByDriver') && dice.odds(6)) items.push(reports.cancelByDriver(world, dice));
  const sender = dice.pick([own.sender, 'relayer']);
  return { kind: 'batch', sender, items: items.map((item) => ({ ...item, sender })) };
}
