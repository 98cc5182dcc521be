import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { concatHex, type Hex, keccak256, numberToHex, recoverTypedDataAddress, stringToHex } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkEvidence, type EvidenceCase } from '../../../meter-agent/evidence/check-bundle.ts';
import { idTagOf } from '../../../protocol/idTag.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, REF, TAG } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
let given: EvidenceCase & { registersCommitment: Hex; secret: Hex };

/** A charge of two co-signed readings over a real socket, and the bundle that the agent wrote of it. */
beforeAll(async () => {
  const fixture = await agentFixture(scope, { answers: { RemoteStartTransaction: { status: 'Accepted' } } });
  const { agent, chargePoint, skip, nowSec, dataDir } = fixture;
  const { bookingId, sessionKey, secret, fact } = bookOn(agent);
  agent.sessions.apply(bookingId, { type: 'connection', connected: true, at: nowSec() });
  agent.sessions.receiveStartSecret(bookingId, secret, TAG, nowSec());
  await chargePoint.wasAsked('RemoteStartTransaction');
  const { transactionId } = await chargePoint.start(TAG, 1_000);
  // By its energy: a second of the real clock may make a reading more.
  const cosign = async (energyOfWh: number) => {
    const { reading } = await waitFor(`a signed reading of ${energyOfWh} Wh`, () => {
      const made = agent.journal.session(bookingId)?.session.nextSeq ?? 0;
      const signed = Array.from({ length: made }, (_unused, seq) => agent.journal.reading(bookingId, seq));
      return signed.find((one) => one?.agentSignature != null && one.reading.energyWh === energyOfWh);
    });
    const { seq } = reading;
    const signature = await signMessageOf(sessionKey, REF, 'Reading', reading);
    const { energyWh, endedAt } = reading;
    agent.journal.cosignReading(bookingId, seq, signature);
    const event = { type: 'cosigned', seq, energyWh, endedAt, cost: 0n, at: nowSec() } as const;
    agent.sessions.apply(bookingId, event, [{ at: nowSec(), seq, sessionSignature: signature }]);
  };
  await cosign(0);
  skip(60);
  await chargePoint.meter(transactionId, '1100');
  await cosign(100);
  skip(60);
  await chargePoint.stop(transactionId, 1_200, { reason: 'EVDisconnected' });
  await chargePoint.status('Available');
  const final = await waitFor('the final reading', () => {
    skip(5);
    const { session } = agent.journal.session(bookingId)!;
    const reading = agent.journal.reading(bookingId, Math.max(0, session.nextSeq - 1));
    return reading?.reading.isFinal === true && reading.agentSignature !== null ? reading.reading : undefined;
  });
  const file = join(dataDir, 'evidence', final.evidenceHash.slice(2));
  given = {
    bundle: readFileSync(`${file}.jsonl`, 'utf8'),
    salt: readFileSync(`${file}.salt`, 'utf8').trim() as Hex,
    ...{ evidenceHash: final.evidenceHash, ref: REF, bookingId },
    ...{ agentKey: agent.key.account.address, sessionKey: sessionKey.address },
    startHash: fact.booking.startHash,
    secret,
    registersCommitment: final.registersCommitment,
  };
});
afterAll(() => scope.end());

test('the bundle that an agent wrote holds by itself, and names the newest reading that both signed', async () => {
  const { faults, cosigned, idTag } = await checkEvidence(given);
  expect(faults).toEqual([]);
  // What the meter's records of this booking name as ID, for everybody who has the bundle.
  expect(idTag).toBe(idTagOf(REF, given.bookingId, given.secret));
  expect(cosigned).toMatchObject({ energyWh: 100 });
});

test('it holds the frames of the charge point, the number that each transaction got, and our calls with their answers', () => {
  const lines = given.bundle
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
  const actions = lines.flatMap(({ frame }) => frame?.[2] ?? []);
  expect(actions).toEqual(expect.arrayContaining(['StartTransaction', 'MeterValues', 'StopTransaction']));
  const start = lines.find(({ frame }) => frame?.[2] === 'StartTransaction').frame;
  const stop = lines.find(({ frame }) => frame?.[2] === 'StopTransaction').frame;
  expect(lines).toContainEqual(
    expect.objectContaining({ messageId: start[1], transactionId: stop[3].transactionId }),
  );
  const calls = lines.flatMap((line) => line.calls ?? []);
  expect(calls).toContainEqual({
    action: 'RemoteStartTransaction',
    params: expect.objectContaining({ idTag: TAG }),
    result: { status: 'Accepted' },
  });
});

test('a stranger with docs/evidence.md alone comes to the same hashes and signers', async () => {
  const page = readFileSync(join(ROOT, 'docs/evidence.md'), 'utf8');
  const fields =
    /`Reading\(([^)]+)\)`/
      .exec(page)?.[1]
      ?.split(',')
      .map((field) => field.split(' ')) ?? [];
  const types = { Reading: fields.map(([type = '', name = '']) => ({ type, name })) };
  const domain = { name: 'Plugpact', version: '1', chainId: REF.chainId, verifyingContract: REF.market };
  const salt = Buffer.from(given.salt.slice(2), 'hex');
  const hash = createHash('sha256').update(salt).update(given.bundle).digest('hex');
  expect(`0x${hash}`).toBe(given.evidenceHash);
  const lines = given.bundle
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));
  const readings = new Map(lines.flatMap((line) => (line.reading ? [[line.reading.seq, line.reading]] : [])));
  const signerOf = (message: object, signature: Hex) =>
    recoverTypedDataAddress({ domain, types, primaryType: 'Reading', message, signature } as never);
  for (const { reading, agentSignature, seq, sessionSignature } of lines) {
    if (reading) expect(await signerOf(reading, agentSignature)).toBe(given.agentKey);
    if (sessionSignature) expect(await signerOf(readings.get(seq), sessionSignature)).toBe(given.sessionKey);
  }
  // The registers as the frames tell them: 1,000 Wh at the start, 1,200 Wh at the stop.
  const key = keccak256(concatHex([given.salt, stringToHex('registers')]));
  const words = [1_000, 1_200].map((valueWh) => numberToHex(valueWh, { size: 8 }));
  expect(keccak256(concatHex([key, ...words]))).toBe(given.registersCommitment);
});

const codesOf = async (change: Partial<EvidenceCase>) => {
  const { faults } = await checkEvidence({ ...given, ...change });
  return new Set(faults.map(({ code }) => code));
};

test('another hash, salt, booking or key, and a connection that is missing, more or changed, are each named', async () => {
  const other = `0x${'42'.repeat(32)}` as const;
  const nobody = `0x${'42'.repeat(20)}` as const;
  expect(await codesOf({ evidenceHash: other })).toEqual(new Set(['hash']));
  expect(await codesOf({ salt: other })).toContain('hash');
  expect(await codesOf({ bookingId: other })).toContain('otherBooking');
  expect(await codesOf({ agentKey: nobody })).toContain('agentSignature');
  expect(await codesOf({ sessionKey: nobody })).toContain('sessionSignature');
  expect(await codesOf({ ref: { ...REF, chainId: 1 } })).toContain('agentSignature');
  expect(await codesOf({ startHash: other })).toEqual(new Set(['startSecret']));
  const lines = given.bundle.split('\n');
  expect(await codesOf({ bundle: lines.slice(1).join('\n') })).toContain('format');
  expect(await codesOf({ bundle: given.bundle.slice(0, -1) })).toContain('format');
  expect(await codesOf({ bundle: `${given.bundle}{"at":1,"more":2}\n` })).toContain('line');
  expect(await codesOf({ bundle: [...lines.slice(0, 2), ...lines.slice(1)].join('\n') })).toContain(
    'repeated',
  );
  const anomaly = '{"at":1,"anomaly":"register.fell","registerWh":1}';
  expect(await codesOf({ bundle: `${given.bundle}${anomaly}\n` })).toEqual(new Set(['hash', 'startSecret']));
  const changed = given.bundle.replace('"energyWh":100', '"energyWh":900');
  expect(await codesOf({ bundle: changed })).toEqual(new Set(['hash', 'agentSignature', 'sessionSignature']));
});

test('no changed byte goes unseen, and none makes the check fall over', async () => {
  const bytes = Buffer.from(given.bundle);
  const property = fc.asyncProperty(
    fc.nat(bytes.length - 1),
    fc.integer({ min: 1, max: 127 }),
    async (at, by) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at]! ^ by) & 0x7f;
      expect(await codesOf({ bundle: copy.toString('utf8') })).toContain('hash');
    },
  );
  await fc.assert(property, { seed: 20_261_122, numRuns: process.env.PLUGPACT_DEEP ? 2_000 : 40 });
});
