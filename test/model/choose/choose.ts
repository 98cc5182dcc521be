import type { MarketRef } from '../../../protocol/signedTypes.ts';
import type { Call } from '../calls.ts';
import type { Rng } from '../rng.ts';
import type { World } from '../world.ts';
import { book, bookAll, bookAsDriver, bookByWallet, bookOffer, fundAndBook } from './booking-calls.ts';
import { pause, publish, setStatus, update } from './listing-calls.ts';
import * as money from './money-calls.ts';
import { type AboutOpen, fitsSomething, isAboutOpen } from './open-booking.ts';
import * as reports from './report-calls.ts';

type Choose = (world: World, rng: Rng, ref: MarketRef) => Call;

/** Every kind of step, and how often it is drawn. */
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
  setStatus: [3, setStatus],
  bookAsDriver: [7, bookAsDriver],
  book: [5, book],
  bookByWallet: [2, bookByWallet],
  bookAll: [2, bookAll],
  bookOffer: [5, bookOffer],
  fundAndBook: [3, fundAndBook],
  cancelByDriver: [2, reports.cancelByDriver],
  cancelByHost: [2, reports.cancelByHost],
  arrived: [3, reports.arrived('arrived')],
  deny: [4, reports.arrived('deny')],
  settle: [3, (world, rng) => reports.settle(world, rng)],
  settleAll: [2, reports.settleAll],
  settleAlone: [3, (world, rng) => reports.settleAlone(world, rng)],
  settleAllAlone: [1, reports.settleAllAlone],
  claim: [14, reports.claim('claim')],
  claimAlone: [4, reports.claimAlone('claimAlone')],
  raise: [40, reports.claimAlone('raise')],
  replace: [5, reports.claim('replace')],
  claimNoShow: [3, reports.claimNoShow],
  challenge: [30, reports.challenge],
  allow: [10, reports.allow],
  concede: [5, reports.concede],
  prove: [30, reports.prove],
  finalise: [4, reports.end('finalise')],
  expire: [1, reports.end('expire')],
  pause: [1, pause],
} as const satisfies Record<Call['kind'] | AboutOpen, readonly [weight: number, choose: Choose]>;

export type Kind = keyof typeof STEPS;

/** Each kind as often as it should come. */
export const KINDS = (Object.keys(STEPS) as Kind[]).flatMap((kind) => Array<Kind>(STEPS[kind][0]).fill(kind));

/** A call about an open booking is only possible when there is one that it fits. */
export const isPossible = (kind: Kind, world: World): boolean =>
  !isAboutOpen(kind) || fitsSomething(world, kind);

export const choose = (kind: Kind, world: World, rng: Rng, ref: MarketRef): Call =>
  (STEPS[kind][1] as Choose)(world, rng, ref);
