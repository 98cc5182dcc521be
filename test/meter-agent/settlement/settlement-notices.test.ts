import { afterEach, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import type { BookingFact } from '../../../meter-agent/session/booking-facts.ts';
import { SettlementNotices } from '../../../meter-agent/settlement/settlement-notices.ts';
import { notice as noticeSchema } from '../../../protocol/link.ts';
import { isKnownNotice, type Notice, SETTLEMENT_ACTIONS } from '../../../protocol/notices.ts';
import { packClaim, packHead, STATE, type StateName } from '../../../protocol/state.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { agentFixture } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const AGENT_KEY = `0x${'22'.repeat(20)}` as const;
const MOST = 2n ** 64n - 1n;

/** A journal with a booking, and the notices of its settlement. */
async function settling() {
  const { agent, config } = await agentFixture(scope);
  const { bookingId, fact } = bookOn(agent);
  await agent.close();
  let journal = new Journal(config.dataDir);
  scope.onEnd(() => journal.close());
  const emitted: Notice[] = [];
  const make = () =>
    new SettlementNotices({
      journal,
      agentKey: AGENT_KEY,
      notices: { add: (notice) => void emitted.push(noticeSchema.parse(notice)) },
      nowSec: () => 1_800_000_000,
    });
  return {
    bookingId,
    fact,
    emitted,
    codes: () => emitted.map(({ code }) => code),
    make,
    restart: () => {
      journal.close();
      journal = new Journal(config.dataDir);
      return make();
    },
  };
}

const HEAD = {
  since: 1n,
  cosignedSeq: 0n,
  cosignedWh: 0n,
  cosignedSec: 0n,
  cosignedOverstaySec: 0n,
  raisedCost: 0n,
};
const CLAIM = packClaim({
  seq: 1n,
  energyWh: 1n,
  beganAt: 1n,
  endedAt: 2n,
  overstaySec: 0n,
  bestProofWh: 1n,
});

const inState = (fact: BookingFact, name: StateName, claim = 0n): BookingFact => ({
  ...fact,
  state: { head: packHead({ ...HEAD, name: STATE[name] }), claim },
});

test('each action and its outcome is notified once, also over restarts', async () => {
  const { bookingId, fact, emitted, codes, make, restart } = await settling();
  make().sent(bookingId, fact, 'claim', 1_250_000n);
  make().sent(bookingId, fact, 'claim', 1_250_000n);
  expect(emitted[0]).toMatchObject({ to: 'host', code: 'CLAIM_SENT', bookingId, listingId: fact.listingId });
  expect(emitted[0]?.params).toEqual({ amount: '1250000' });
  make().check(() => fact);
  expect(codes()).toEqual(['CLAIM_SENT']);
  const claimed = inState(fact, 'CLAIMED');
  restart().check(() => claimed);
  expect(codes()).toEqual(['CLAIM_SENT', 'CLAIMED']);
  const again = restart();
  again.sent(bookingId, claimed, 'claim', 1_250_000n);
  again.check(() => claimed);
  again.sent(bookingId, claimed, 'claimAlone', 1_500_000n);
  const alone = inState(fact, 'CLAIMED_ALONE', CLAIM);
  again.check(() => alone);
  expect(emitted.slice(2).map(({ code, to }) => [code, to])).toEqual([
    ['UNILATERAL_CLAIM_SENT', 'both'],
    ['UNILATERALLY_CLAIMED', 'both'],
  ]);
  const ended = { ...alone, ended: 'FULFILLED', paid: 1_500_000n };
  restart().check(() => ended);
  restart().check(() => ended);
  const params = { endedAs: 'FULFILLED', amount: '1500000' };
  expect(emitted.slice(4)).toMatchObject([{ code: 'PAID', to: 'both', params }]);
});

test('of a booking that the ledger lost, or ended by other means, nothing is made up', async () => {
  const { bookingId, fact, emitted, codes, make } = await settling();
  make().sent(bookingId, fact, 'settle', 10n);
  make().check(() => ({ ...fact, lostAt: 1 }));
  make().check(() => undefined);
  expect(codes()).toEqual(['SETTLE_SENT']);
  make().check(() => ({ ...fact, ended: 'CANCELED', paid: 0n }));
  expect(emitted[1]?.params).toEqual({ endedAs: 'CANCELED', amount: '0' });
});

test('what is at risk names the amount, the end and the key to fund; every notice is one of the protocol', async () => {
  const { bookingId, fact, emitted, make } = await settling();
  const settlementNotices = make();
  settlementNotices.atRisk(bookingId, fact, 'claimAlone', MOST, 1_800_003_600);
  settlementNotices.atRisk(bookingId, fact, 'claimAlone', MOST, 1_800_003_600);
  expect(emitted).toHaveLength(1);
  expect(emitted[0]?.params).toEqual({
    ...{ action: 'claimAlone', amount: String(MOST), endsAt: 1_800_003_600, agentKey: AGENT_KEY },
  });
  settlementNotices.refused(bookingId, fact, 'claimNoShow', 'x'.repeat(1_000));
  settlementNotices.needsGas(bookingId, fact, 'prove');
  for (const action of SETTLEMENT_ACTIONS) settlementNotices.sent(bookingId, fact, action, MOST);
  settlementNotices.check(() => inState(fact, 'CHALLENGED', CLAIM));
  settlementNotices.check(() => inState(fact, 'NO_SHOW_CLAIMED'));
  settlementNotices.check(() => ({ ...fact, ended: 'FULFILLED', paid: MOST }));
  expect(emitted.length).toBeGreaterThanOrEqual(13);
  for (const notice of emitted) expect([notice, isKnownNotice(notice)]).toEqual([notice, true]);
});

test('of a no-show that the driver contested both learn that the fee went to nobody', async () => {
  const { bookingId, fact, emitted, make } = await settling();
  make().sent(bookingId, fact, 'claimNoShow', 1_000_000n);
  make().check(() => inState(fact, 'CONTESTED'));
  make().check(() => ({ ...inState(fact, 'CONTESTED'), ended: 'NO_SHOW', paid: 0n }));
  expect(emitted.map(({ code, to }) => [code, to])).toEqual([
    ['NO_SHOW_SENT', 'both'],
    ['NO_SHOW_CLAIMED', 'both'],
    ['NO_SHOW_CONTESTED', 'both'],
  ]);
  const { noshowFee } = fromTermsStruct(fact.booking.terms).bookingTerms;
  expect(emitted[2]?.params).toEqual({ amount: String(4n * noshowFee) });
});

test('slots that were given back are named by their time, to both', async () => {
  const { bookingId, fact, emitted, make } = await settling();
  make().sent(bookingId, fact, 'settleAlone', 10n);
  make().check(() => ({ ...fact, ended: 'FULFILLED', paid: 10n, givenBackFrom: 2_000_000 }));
  expect(emitted.map(({ code, to }) => [code, to])).toEqual([
    ['SETTLE_ALONE_SENT', 'both'],
    ['PAID', 'both'],
    ['SLOTS_GIVEN_BACK', 'both'],
  ]);
  expect(emitted[2]?.params).toEqual({ freeFrom: 1_800_000_000 });
});
