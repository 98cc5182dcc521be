import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recoveredEvent } from '../../../meter-agent/link/recovery.ts';
import { costOf, payableCost } from '../../../meter-agent/session/money.ts';
import { isRecovering, SAFE_GAP_SEQ } from '../../../meter-agent/session/recovery.ts';
import type { Plan, ReadingFacts } from '../../../meter-agent/session/types.ts';
import type { HeldReading } from '../../../protocol/link.ts';
import { packClaim, packHead, STATE } from '../../../protocol/state.ts';
import { charging, PLAN, SessionHarness, START } from '../support/session-harness.ts';

const RUNS = { seed: 20_261_129, numRuns: process.env.PLUGPACT_DEEP ? 2_000 : 60 };
const SIGNATURE = `0x${'11'.repeat(65)}` as const;
const ZERO = `0x${'00'.repeat(32)}` as const;

/** Without an unsigned cost: nothing above allowance and co-signatures is ever claimed. */
const BOUND: Plan = { ...PLAN, limits: { ...PLAN.limits, unsignedCost: 0n, allowedCost: 60_000n } };

const NO_CLAIM = { seq: 0n, energyWh: 0n, beganAt: 0n, endedAt: 0n, overstaySec: 0n, bestProofWh: 0n };
const head = (name: bigint, cosignedSeq = 0n) =>
  packHead({
    ...{ name, since: 1n, cosignedSeq, cosignedWh: 0n },
    ...{ cosignedSec: 0n, cosignedOverstaySec: 0n, raisedCost: 0n },
  });
const RESERVED = { head: head(STATE.RESERVED), claim: 0n };

const held = (facts: ReadingFacts, isCosigned: boolean): HeldReading => ({
  reading: { bookingId: PLAN.bookingId, ...facts, evidenceHash: ZERO, registersCommitment: ZERO },
  agentSignature: SIGNATURE,
  sessionSignature: isCosigned ? SIGNATURE : null,
});

const newestOf = (readings: HeldReading[]): HeldReading[] => {
  const cosigned = readings.filter(({ sessionSignature }) => sessionSignature !== null);
  return [...new Set([readings.at(-1), cosigned.at(-1)])].filter((reading) => reading !== undefined);
};

describe('a restored booking', () => {
  const atBackup = () => {
    const harness = charging(BOUND);
    harness.metered(1_050, 10);
    harness.cosign();
    return harness;
  };
  const RESTORED = { type: 'restored', backupAt: START } as const;
  const recover = (
    harness: SessionHarness,
    readings: HeldReading[],
    state = RESERVED,
    headSec = START + 60,
  ) => harness.do(recoveredEvent(harness.session, { state }, newestOf(readings), headSec));

  test('signs nothing and gives no power until ledger and API have answered, and says so after a minute', () => {
    const harness = atBackup();
    harness.do(RESTORED, 100);
    const signed = harness.readings.length;
    harness.metered(1_200, 5);
    expect(harness.session.pause).toMatchObject({ reason: 'RECOVERING' });
    harness.idle(70, 1_200);
    expect(harness.notified).toEqual(['both BOOKING_RECOVERING']);
    harness.do({ type: 'stopAsked' });
    harness.stopped(1_210);
    harness.do({ type: 'connectorStatus', status: 'Available' });
    harness.wait(900);
    expect(harness.readings).toHaveLength(signed);
    recover(harness, []);
    expect(harness.readings.length).toBeGreaterThan(signed);
    harness.wait(700);
    expect(harness.finals).toHaveLength(1);
    expect(harness.notified).toContain('both BOOKING_RECOVERED');
  });

  test('goes on behind the newest number of all three, with its figures', () => {
    const harness = atBackup();
    const { nextSeq } = harness.session;
    harness.do(RESTORED);
    const facts = { seq: nextSeq + 40, energyWh: 400, beganAt: START, endedAt: START + 300, overstaySec: 0 };
    recover(harness, [held({ ...facts, isFinal: false }, true)]);
    expect(harness.session).toMatchObject({
      nextSeq: nextSeq + 41 + SAFE_GAP_SEQ,
      cosigned: { seq: nextSeq + 40, energyWh: 400 },
      lastReading: { seq: nextSeq + 40, energyWh: 400 },
    });
    // The register shows what flowed meanwhile once, not on top of what was signed.
    harness.metered(1_450, 300);
    expect(harness.readings.at(-1)).toMatchObject({ energyWh: 450 });
  });

  test('takes the ledger’s number where the API holds less', () => {
    const harness = atBackup();
    harness.do(RESTORED);
    recover(harness, [], { head: head(STATE.CLAIMED, 77n), claim: 0n });
    expect(harness.session.nextSeq).toBe(78 + SAFE_GAP_SEQ);
  });

  test.each([
    ['the API holds', (seq: number) => ({ final: [seq], state: RESERVED })],
    [
      'the ledger was claimed by',
      () => ({
        final: [],
        state: { head: head(STATE.CLAIMED_ALONE), claim: packClaim({ ...NO_CLAIM, seq: 30n, endedAt: 9n }) },
      }),
    ],
  ])('makes no second final reading where %s one', (_where, of) => {
    const harness = atBackup();
    harness.do(RESTORED);
    const signed = harness.readings.length;
    const { final, state } = of(30);
    const facts = { energyWh: 90, beganAt: START, endedAt: START + 60, overstaySec: 0, isFinal: true };
    recover(
      harness,
      final.map((seq) => held({ seq, ...facts }, false)),
      state,
    );
    expect(harness.session).toMatchObject({ phase: 'FINAL', isFinalMade: true });
    harness.stopped(1_500);
    harness.wait(1_200);
    expect(harness.readings).toHaveLength(signed);
  });

  test('whose slot has not opened, and of which nobody holds anything, is as it was', () => {
    const harness = new SessionHarness(BOUND);
    harness.do(RESTORED);
    recover(harness, [], RESERVED, BOUND.times.opens - 1);
    expect(harness.session).toMatchObject({ nextSeq: 0, recovery: null });
  });

  test('of which the backup knows no start counts a new transaction on top of what was signed', () => {
    const harness = new SessionHarness(BOUND);
    harness.do(RESTORED);
    const facts = { seq: 9, energyWh: 300, beganAt: START, endedAt: START + 200, overstaySec: 0 };
    recover(harness, [held({ ...facts, isFinal: false }, true)]);
    harness.do({ type: 'connection', connected: true }, 300);
    harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
    harness.begin(5_000);
    harness.metered(5_020, 10);
    expect(harness.readings.at(-1)).toMatchObject({ energyWh: 320, beganAt: START });
  });
});

/** A step of a charge: what flows in a time, and whether the driver's device signs the newest reading then. */
const step = fc.record({
  wh: fc.integer({ min: 0, max: 30 }),
  sec: fc.integer({ min: 10, max: 40 }),
  isCosigned: fc.boolean(),
});

const history = fc.record({
  steps: fc.array(step, { minLength: 2, maxLength: 25 }),
  after: fc.array(step, { maxLength: 12 }),
  backupAt: fc.nat(),
  /** From which reading on the lost agent could not reach the API. */
  unsentFrom: fc.nat(),
  isEnded: fc.boolean(),
  gapSec: fc.integer({ min: 1, max: 600 }),
});

/** One physical meter through both lives of the agent. */
class Charge {
  registerWh = 1_000;
  readonly cosigned = new Set<number>();

  play(harness: SessionHarness, steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): void {
    for (const { wh, sec, isCosigned } of steps) {
      // Nothing flows while the agent pauses, or once it is over.
      if (harness.session.pause === null && harness.session.transaction !== null) this.registerWh += wh;
      harness.metered(this.registerWh, sec);
      const { lastReading } = harness.session;
      if (!isCosigned || lastReading === null) continue;
      harness.cosign();
      this.cosigned.add(lastReading.seq);
    }
  }

  end(harness: SessionHarness): void {
    harness.do({ type: 'stopAsked' }, 1);
    harness.stopped(this.registerWh);
    harness.do({ type: 'connectorStatus', status: 'Available' });
    // The end, and ten minutes in which the driver could sign it.
    for (const sec of [1, 20, 601]) harness.do({ type: 'tick' }, sec);
  }
}

test('whatever was signed after the backup, no number is signed twice, no second final one, no Wh above the register', () => {
  fc.assert(
    fc.property(history, ({ steps, after, backupAt, unsentFrom, isEnded, gapSec }) => {
      const charge = new Charge();
      const lost = charging(BOUND);
      const split = backupAt % steps.length;
      charge.play(lost, steps.slice(0, split));
      const backup = structuredClone(lost.session);
      charge.play(lost, steps.slice(split));
      if (isEnded) charge.end(lost);
      const atBackup = lost.readings.filter(({ seq }) => seq < backup.nextSeq).length;
      const sent = lost.readings.slice(0, atBackup + (unsentFrom % (lost.readings.length - atBackup + 1)));
      const api = sent.map((facts) => held(facts, charge.cosigned.has(facts.seq)));

      const restored = new SessionHarness(BOUND);
      restored.session = backup;
      restored.at = lost.at + gapSec;
      restored.do({ type: 'restored', backupAt: START });
      restored.do({ type: 'connection', connected: false });
      restored.do({ type: 'connection', connected: true }, 1);
      if (!isEnded) restored.metered(charge.registerWh, 5);
      restored.wait(10);
      expect(restored.readings).toEqual([]);
      expect(isRecovering(restored.session)).toBe(true);
      restored.do(recoveredEvent(restored.session, { state: RESERVED }, newestOf(api), restored.at));
      if (!isEnded) charge.play(restored, after);
      charge.end(restored);

      const before = new Set(lost.readings.map(({ seq }) => seq));
      const numbers = restored.readings.map(({ seq }) => seq);
      expect(numbers.filter((seq) => before.has(seq))).toEqual([]);
      expect(new Set(numbers).size).toBe(numbers.length);
      const heldFinals = sent.filter(({ isFinal }) => isFinal).length;
      expect(heldFinals + restored.finals.length).toBeLessThanOrEqual(1);
      for (const reading of restored.readings) {
        expect(reading.energyWh).toBeLessThanOrEqual(charge.registerWh - 1_000);
        // A final reading waives what is above the allowance, down to the newest co-signed one.
        const floor = sent.findLast(({ seq }) => !reading.isFinal || charge.cosigned.has(seq));
        expect(reading.energyWh).toBeGreaterThanOrEqual(floor?.energyWh ?? 0);
        expect(reading.endedAt).toBeGreaterThanOrEqual(floor?.endedAt ?? 0);
      }
      for (const final of restored.finals) {
        const cost = costOf(BOUND.limits, final);
        expect(cost <= payableCost(restored.session) || cost <= (restored.session.cosigned?.cost ?? 0n)).toBe(
          true,
        );
      }
    }),
    RUNS,
  );
});
