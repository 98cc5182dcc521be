import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '../../meter-agent/journal/journal.ts';
import { newSession, transition } from '../../meter-agent/session/transitions.ts';
import { Crashing } from './support/crash.ts';
import { Scope } from './support/start-agent.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
/** What a kill may fall before or after; a sample has one moment of each kind. */
const KINDS = [
  /^before the commit/,
  /^after the commit/,
  /^before (?!the commit)/,
  /^after (?!the commit|a write)/,
];
/** Spreads the sample over the session, the same way each time. */
const GOLDEN = 0.618_033_988_749;
const TOTAL_WH = 913;

/** Boot, start, charge, pause and resume, reboot of the charge point, stop, unplug; each step waits for the one before. */
async function harness(run: Crashing): Promise<void> {
  const { chargePoint } = run;
  await chargePoint.boot();
  await run.ask('start');
  await run.until('the charge point to be idle', () => chargePoint.isIdle);
  chargePoint.plug();
  await run.until('power', () => chargePoint.isCharging && chargePoint.isIdle);
  await deliver(run, 30, 40, 40);
  await deliver(run, 60, 70, 110);
  await deliver(run, 60, 90, 200);
  run.isAwake = false;
  await run.advance(120);
  await powered(run);
  chargePoint.deliver(300);
  await run.until('the pause', () => chargePoint.limitA === 0 && run.newest?.energyWh === 500);
  run.isAwake = true;
  run.cosignNewest();
  await run.until('power again', () => chargePoint.limitA > 0);
  await deliver(run, 60, 200, 700);
  await chargePoint.reboot();
  await run.until('the stop of the power cut', () => chargePoint.isIdle);
  await run.advance(61);
  await run.until('power after the reboot', () => chargePoint.isCharging && chargePoint.isIdle);
  await deliver(run, 60, 210, 910);
  await run.advance(5);
  await powered(run);
  chargePoint.deliver(3);
  await run.ask('stop');
  await run.until('the end', () => !chargePoint.isCharging && chargePoint.isIdle);
  await run.cosigned(TOTAL_WH);
  chargePoint.unplug();
  await run.until('the charge point to be idle', () => chargePoint.isIdle);
}

async function deliver(run: Crashing, seconds: number, energyWh: number, totalWh: number): Promise<void> {
  await run.advance(seconds);
  await powered(run);
  run.chargePoint.deliver(energyWh);
  await run.cosigned(totalWh);
}

/**
 * An agent that was killed meanwhile gives power again first. One whose tick came between the step of the clock and the
 * meter value has paused for a silent meter, and goes on with the next value.
 */
const powered = (run: Crashing) =>
  run.until('power', () => {
    const { chargePoint } = run;
    if (!chargePoint.isCharging || !chargePoint.isIdle) return false;
    if (chargePoint.limitA === 0) chargePoint.sendMeterValue();
    return chargePoint.limitA > 0;
  });

/** What the disk holds at the end, checked in itself. */
function whatRemains(run: Crashing, scope: Scope) {
  const { bookingId } = run.booked;
  const journal = new Journal(run.dataDir);
  scope.onEnd(() => journal.close());
  const stored = journal.session(bookingId);
  if (stored === undefined) throw new Error('the session is gone');
  const { session, salt } = stored;
  const replayed = journal
    .events(bookingId)
    .reduce((s, e) => transition(s, e).session, newSession(session.plan));
  expect(replayed).toEqual(session);
  const readings = Array.from({ length: session.nextSeq }, (_unused, seq) => journal.reading(bookingId, seq));
  expect(journal.reading(bookingId, session.nextSeq)).toBeUndefined();
  for (const [seq, made] of readings.entries()) {
    expect(made?.agentSignature).not.toBeNull();
    // The driver may have missed a reading that a newer one followed; never got another one.
    const heard = run.readings.get(seq);
    if (heard !== undefined) expect(made?.reading).toEqual(heard);
  }
  expect(readings.map((made) => made?.reading.isFinal)).toEqual(
    readings.map((_, i) => i === readings.length - 1),
  );
  const last = readings.at(-1);
  if (last === undefined) throw new Error('no reading');
  const { evidenceHash, energyWh, beganAt, endedAt, overstaySec, isFinal } = last.reading;
  const bundle = readFileSync(join(run.dataDir, 'evidence', `${evidenceHash.slice(2)}.jsonl`));
  const hash = createHash('sha256')
    .update(Buffer.from(salt.slice(2), 'hex'))
    .update(bundle)
    .digest('hex');
  expect(`0x${hash}`).toBe(evidenceHash);
  expect(last.sessionSignature).not.toBeNull();
  const { phase, doneWh, registers, transaction, stopCause } = session;
  return {
    final: {
      energyWh,
      beganSec: beganAt - run.startSec,
      endedSec: endedAt - run.startSec,
      overstaySec,
      isFinal,
    },
    session: { phase, doneWh, registers, transaction, stopCause },
    // A start that is sent again may take a number and give it back unused.
    transactions: Array.from({ length: 9 }, (_unused, id) => journal.transaction(id)?.stopped).filter(
      (stopped) => stopped !== undefined,
    ),
  };
}

/** Plays the session with a kill at one moment (0: none); returns how it ended and the moments it had. */
async function playWithKill(killAt: number) {
  const own = new Scope();
  try {
    const run = await Crashing.begin(own, killAt);
    await harness(run);
    const moments = await run.end();
    return { end: whatRemains(run, own), moments, kills: run.kills };
  } catch (error) {
    throw new Error(`Killed at moment ${killAt}.`, { cause: error });
  } finally {
    await own.end();
  }
}

test(
  'killed at any moment of a session, the agent ends it as if it had not been',
  async () => {
    const undisturbed = await playWithKill(0);
    expect(undisturbed.end).toMatchObject({
      final: { energyWh: TOTAL_WH, beganSec: 10, endedSec: 466, overstaySec: 0, isFinal: true },
      session: { phase: 'FINAL', doneWh: TOTAL_WH, stopCause: 'driver' },
      transactions: [true, true],
    });
    expect(undisturbed.moments.length).toBeGreaterThan(300);
    const kills = killsOf(undisturbed.moments);
    const total = kills.length;
    let killed = 0;
    const worker = async () => {
      for (let killAt = kills.shift(); killAt !== undefined; killAt = kills.shift()) {
        const run = await playWithKill(killAt);
        expect(run.end, `killed at moment ${killAt}`).toEqual(undisturbed.end);
        killed += run.kills;
      }
    };
    await Promise.all([worker(), worker()]);
    // The last moments may not come again: how often the clock of the machine ticks in between is not fixed.
    expect(killed).toBeGreaterThanOrEqual(Math.floor(total * 0.9));
  },
  DEEP ? 3_600_000 : 180_000,
);

/**
 * All moments, or one of each kind. A kill between writes of one commit is left out of the sample: it does what a kill
 * before the commit does.
 */
function killsOf(moments: readonly string[]): number[] {
  const all = moments.map((name, index) => ({ name, killAt: index + 1 }));
  if (DEEP) return all.map(({ killAt }) => killAt);
  return KINDS.map((kind, index) => {
    const candidates = all.filter(({ name }) => kind.test(name));
    const within = ((index + 1) * GOLDEN) % 1;
    return candidates[Math.floor(within * candidates.length)]?.killAt ?? 1;
  });
}
