import type { Agent } from '../../../meter-agent/agent.ts';
import type { NoShowEvidence } from '../../../meter-agent/connectors/no-show-evidence.ts';
import { unilateralClaimOf } from '../../../meter-agent/settlement/unilateral-claim.ts';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture } from './agent-fixture.ts';
import type { Booked, bookOn } from './booked.ts';
import { noticeLog } from './notice-log.ts';
import type { Scope } from './start-agent.ts';

const ACCEPTING = {
  RemoteStartTransaction: { status: 'Accepted' },
  RemoteStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
};
/** Who books besides the driver of the tests. */
export const STRANGER = `0x${'99'.repeat(20)}` as const;

/** Whether the agent would claim a no-show of a connector that was free whenever it was looked at. */
export function mayBeNoShow(agent: Agent, { bookingId, fact }: Booked): boolean {
  const noShowEvidence = { wasFree: () => true } as unknown as NoShowEvidence;
  const { journal, ledger } = agent;
  return unilateralClaimOf(
    { config: { claimNoShows: true }, journal, ledger, noShowEvidence },
    bookingId,
    fact,
  ).isAbsent;
}

/** An agent, a charge point, and the notices sent. */
export async function bookingFixture(scope: Scope, options: Parameters<typeof agentFixture>[1] = {}) {
  const { notices, log } = noticeLog();
  const fixture = await agentFixture(scope, {
    answers: ACCEPTING,
    plan: { chargePointId: 'ELSEWHERE' },
    log,
    ...options,
  });
  const noticeOf = (code: string) =>
    waitFor(`the notice ${code}`, () => notices.find((notice) => notice.code === code));
  const slot = Math.floor(fixture.nowSec() / 900);
  const sessionOf = (bookingId: `0x${string}`) => {
    const session = fixture.agent.sessions.get(bookingId);
    if (session === undefined) throw new Error('the session is gone');
    return session;
  };
  /** The agent's clock comes to that moment (unix seconds). */
  const skipTo = (at: number) => fixture.skip(at - fixture.nowSec());
  /** Starts a booking with the code, plugs in, and begins its transaction. */
  const charge = async ({ bookingId, secret }: ReturnType<typeof bookOn>) => {
    fixture.agent.starts.byCode(startCodeOf(secret));
    const { idTag } = await fixture.chargePoint.wasAsked('RemoteStartTransaction');
    const { transactionId } = await fixture.chargePoint.start(String(idTag), 0);
    await fixture.chargePoint.status('Charging');
    return { transactionId, session: () => sessionOf(bookingId) };
  };
  return { ...fixture, notices, noticeOf, slot, sessionOf, skipTo, charge };
}
