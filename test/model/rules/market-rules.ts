import type { BookAll, Call, Pause, SettleAll, SettleAllAlone } from '../calls.ts';
import { type Emitted, type Forecast, forecastOf, type Rule } from '../forecast.ts';
import type { World } from '../world.ts';
import { claimAlone, settleAlone } from './agent-reading-rules.ts';
import { book, bookAsDriver, bookOffer, fundAndBook } from './booking-rules.ts';
import { challenge, prove } from './dispute-rules.ts';
import { cancelByDriver, cancelByHost, expire, finalise } from './ending-rules.ts';
import { publish, setStatus, update } from './listing-rules.ts';
import * as money from './money-rules.ts';
import { arrived, claimNoShow } from './no-show-rules.ts';
import { claim, settle } from './report-rules.ts';

const WEEK_SEC = 7 * 24 * 3_600;

type Rules = { [Kind in Call['kind']]: (world: World, call: Extract<Call, { kind: Kind }>) => Forecast };

const RULES: Rules = {
  deposit: money.deposit,
  depositWithPermit: money.depositWithPermit,
  depositWithAuthorization: money.depositWithAuthorization,
  withdraw: money.withdraw,
  withdrawBySignature: money.withdrawBySignature,
  withdrawEarnings: money.withdrawEarnings,
  withdrawEarningsBySignature: money.withdrawEarningsBySignature,
  publish,
  update,
  setStatus,
  bookAsDriver,
  book,
  bookByWallet: book,
  bookOffer,
  fundAndBook,
  cancelByDriver,
  cancelByHost,
  arrived,
  settle,
  settleAlone,
  claim,
  claimAlone,
  claimNoShow,
  challenge,
  prove,
  finalise,
  expire,
  pause,
  bookAll: batch,
  settleAll: batch,
  settleAllAlone: batch,
} as Rules;

/** What the market should do with this call, now. */
export function forecast(world: World, call: Call): Forecast {
  return (RULES[call.kind] as (world: World, call: Call) => Forecast)(world, call);
}

function pause(world: World, { sender, until }: Pause): Forecast {
  const limit = Math.min(world.nowSec + WEEK_SEC, world.guardianEndsAt);
  const rules: Rule[] = [
    ['Guardian_NotAllowed', sender !== 'guardian' || world.nowSec >= world.guardianEndsAt],
    ['Guardian_CoolingDown', world.nowSec < world.nextPauseFrom],
    ['Guardian_PauseOutOfRange', until <= world.nowSec || until > limit],
  ];
  return forecastOf('pause', rules, () => {
    world.pausedUntil = until;
    world.nextPauseFrom = until + 3 * WEEK_SEC;
    world.touched.add('pauses');
    return [{ name: 'NewBookingsPaused', args: { until } }];
  });
}

/** Each item in turn, on the state after the previous one; a refused item only leaves an event. */
function batch(world: World, { kind, items }: BookAll | SettleAll | SettleAllAlone): Forecast {
  return forecastOf(kind, [], () =>
    items.flatMap((item, index): Emitted[] => {
      const { refusals, effect } = forecast(world, item);
      if (refusals.length === 0) return effect();
      return [{ name: `BatchItemSkipped ${refusals.join('|')}`, args: { index } }];
    }),
  );
}
