import { afterEach, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import type { BookingFact } from '../../../meter-agent/session/booking-facts.ts';
import { SettlementNotices } from '../../../meter-agent/settlement/settlement-notices.ts';
import { FLAG, PHASE } from '../../../protocol/booking.ts';
import { notice as noticeSchema } from '../../../protocol/link.ts';
import { isKnownNotice, type Notice, SETTLEMENT_ACTIONS } from '../../../protocol/notices.ts';
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

const withHead = (fact: BookingFact, head: bigint): BookingFact => ({ ...fact, state: { head, claim: 0n } });

test('each action and its outcome is notified once, also over restarts', async () => {
  const { bookingId, fact, emitted, codes, make, restart } = await settling();
  make().sent(bookingId, fact, 'claim', 1_250_000n);
  make().sent(bookingId, fact, 'claim', 1_250_000n);
  expect(emitted[0]).toMatchObject({ to: 'host', code: 'CLAIM_SENT', bookingId, listingId: fact.listingId });
  expect(emitted[0]?.params).toEqual({ amount: '1250000' });
  make().check(() => fact);
  expect(codes()).toEqual(['CLAIM_SENT']);
  const claimed = withHead(fact, PHASE.CLAIMED);
  restart().check(() => claimed);
  expect(codes()).toEqual(['CLAIM_SENT', 'CLAIMED']);
  const again = restart();
  again.sent(bookingId, claimed, 'claim', 1_250_000n);
  again.check(() => claimed);
  again.sent(bookingId, claimed, 'claimAlone', 1_500_000n);
  const alone = withHead(fact, PHASE.CLAIMED | (FLAG.AGENT_ALONE << 8n));
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
  settlementNotices.check(() => withHead(fact, PHASE.CHALLENGED | ((FLAG.AGENT_ALONE | FLAG.NO_SHOW) << 8n)));
  settlementNotices.check(() => ({ ...fact, ended: 'FULFILLED', paid: MOST }));
  expect(emitted.length).toBeGreaterThanOrEqual(13);
  for (const notice of emitted) expect([notice, isKnownNotice(notice)]).toEqual([notice, true]);
});
