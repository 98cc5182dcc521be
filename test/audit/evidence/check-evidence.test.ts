import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type Hex, zeroHash } from 'viem';
import { generatePrivateKey } from 'viem/accounts';
import { expect, test } from 'vitest';
import { checkEvidenceOf } from '../../../audit/evidence/check-evidence.ts';
import { describeCases } from '../left-out/describe-cases.ts';
import { EVIDENCE_CASES, edited, FAULTS, made, owner, streamOf, withFacts } from './evidence-cases.ts';
import { MARKET, type MadeSession, makeMeterOwner, makeSession, type SessionPlan } from './make-session.ts';

const check = (sessions: readonly MadeSession[], bundles = sessions.map(({ given }) => given)) =>
  checkEvidenceOf(streamOf(bundles), new Map(sessions.map(({ facts }) => [facts.bookingId, facts])), MARKET);

/** All that is said, discrepancies first. */
const codesOf = async (...args: Parameters<typeof check>) => {
  const { discrepancies, findings, unverifiable } = await check(...args);
  return [...discrepancies, ...findings, ...unverifiable].map(({ code }) => code);
};

test('an honest bundle of either format holds, and only the older one leaves its records unbound', async () => {
  expect(await codesOf([await made()])).toEqual([]);
  expect(await codesOf([await made({ format: 1 })])).toEqual(['evidence.unbound']);
});

test('sessions of one meter, one after the other, hold; a gap between them is the owner’s own charge', async () => {
  const sessions = await Promise.all(
    [0, 1, 2, 3].map((n) =>
      made({ beginWh: 10_000 + n * 2_500, page: 7 + n, beganAt: 1_800_000_000 + n * 9_000 }),
    ),
  );
  expect(await codesOf(sessions)).toEqual([]);
  // In whatever order the files come.
  expect(await codesOf(sessions, sessions.map(({ given }) => given).reverse())).toEqual([]);
});

test('a line that stands twice is a repetition, of either format, and a reading signed again too', async () => {
  const twice = (lines: string[]) =>
    lines.flatMap((line) => (line.includes('"reading"') ? [line, line] : [line]));
  for (const format of [1, 2] as const) {
    const codes = await codesOf([await made({ format, edit: twice })]);
    expect(codes.filter((code) => code !== 'evidence.unbound')).toEqual(['evidence.prefix']);
  }
  // Behind the last reading nothing commits to the lines before.
  const atTheEnd = (lines: string[]) =>
    lines.flatMap((line) => (line.includes('"record"') ? [line, line] : [line]));
  expect(await codesOf([await made({ edit: atTheEnd })])).toEqual([]);
  expect(await codesOf([await made({ edit: (lines) => [...lines, ...lines.slice(-1)] })])).toEqual([]);
  const later = (lines: string[]) => [
    ...lines.slice(0, -1),
    (lines.filter((line) => line.includes('"reading"')).at(-1) ?? '').replace(/"at":\d+/, '"at":1800000601'),
    ...lines.slice(-1),
  ];
  expect(await codesOf([await made({ edit: later })])).toEqual([]);
});

test('any changed byte is another hash, and the first code says so', async () => {
  const session = await made();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(session.given.bytes.length - 1),
      fc.integer({ min: 1, max: 255 }),
      async (at, by) => {
        const bytes = Uint8Array.from(session.given.bytes);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const codes = await codesOf([session], [{ ...session.given, bytes }]);
        expect(codes[0]).toBe('evidence.hash');
        expect(codes.length).toBeLessThanOrEqual(3);
      },
    ),
    { seed: 20_261_130, numRuns: process.env.PLUGPACT_DEEP ? 2_000 : 60 },
  );
});

test('a changed byte whose hash is redone in the file’s name is not the hash of the ledger', async () => {
  const session = await made();
  const bytes = Buffer.from(
    session.given.bytes.toString().replace('"meterStart":10000', '"meterStart":10001'),
  );
  const salt = Buffer.from(session.salt.slice(2), 'hex');
  const name = createHash('sha256').update(salt).update(bytes).digest('hex');
  const [first] = await codesOf([session], [{ ...session.given, name, bytes }]);
  expect(first).toBe('evidence.hash');
});

test.each(FAULTS)('%s is named', async (_name, make, code) => {
  const session = await make();
  const codes = await codesOf([session], [{ ...session.given, name: session.final.evidenceHash.slice(2) }]);
  expect(codes).toContain(code);
  expect(codes.length).toBeLessThanOrEqual(3);
});

test('keys, a salt and readings other than the ledger’s are each named', async () => {
  const session = await made();
  const nobody: Hex = `0x${'42'.repeat(20)}`;
  expect(await codesOf([withFacts(session, { agentKey: nobody })])).toContain('evidence.agentSignature');
  expect(await codesOf([withFacts(session, { sessionKey: nobody })])).toContain('evidence.sessionSignature');
  expect(await codesOf([withFacts(session, { startHash: zeroHash })])).toContain('evidence.startSecret');
  const { given, final } = session;
  expect(await codesOf([session], [{ ...given, salt: Buffer.from(generatePrivateKey()) }])).toContain(
    'evidence.hash',
  );
  expect(await codesOf([session], [{ ...given, salt: undefined }])).toEqual(['evidence.salt']);
  expect(await codesOf([session], [{ ...given, salt: Buffer.from('0x12') }])).toEqual(['evidence.salt']);
  for (const salt of [
    session.salt.slice(2),
    `${session.salt}\r\n`,
    session.salt.toUpperCase().replace('X', 'x'),
  ])
    expect(await codesOf([session], [{ ...given, salt: Buffer.from(salt) }])).toEqual([]);
  const below = { ...final, energyWh: 900 };
  expect(await codesOf([withFacts(session, { readings: [below], billed: below })])).toContain(
    'evidence.belowCosigned',
  );
  const other = { ...final, seq: 1, isFinal: false, energyWh: 1_500 };
  expect(await codesOf([withFacts(session, { readings: [final, other] })])).toContain('evidence.reading');
});

test('a claim by a running reading holds by the part of the bundle that it names', async () => {
  const session = await made();
  const running = JSON.parse(session.lines.filter((line) => line.includes('"reading"')).at(-1) ?? '').reading;
  expect(await codesOf([withFacts(session, { readings: [running], billed: running })])).toEqual([]);
  // A final reading names all of it.
  const final = { ...running, isFinal: true, seq: 5 };
  expect(await codesOf([withFacts(session, { readings: [final], billed: final })])).toContain(
    'evidence.hash',
  );
});

test('what one meter did over all bookings: nothing goes back, and nothing is sold twice', async () => {
  const first = await made({ beganAt: 1_800_000_000, page: 7 });
  const next = (change: Partial<SessionPlan>) =>
    made({ beganAt: 1_800_009_000, page: 8, beginWh: 12_000, ...change });
  expect(await codesOf([first, await next({})])).toEqual([]);
  expect(await codesOf([first, await next({ beginWh: 5_000 })])).toEqual(['evidence.registerWentBack']);
  expect(await codesOf([first, await next({ beginWh: 11_000 })])).toEqual(['evidence.soldTwice']);
  expect(await codesOf([first, await next({ beginWh: 10_000 })])).toEqual(['evidence.soldTwice']);
  expect(await codesOf([first, await next({ page: 6 })])).toEqual(['evidence.pageWentBack']);
  const third = await made({ beganAt: 1_800_018_000, page: 8, beginWh: 14_000 });
  expect(await codesOf([first, await next({}), third])).toEqual(['evidence.pageTwice']);
  // A meter that counts no pages is not accused of it.
  const { discrepancies, findings } = await check([first, await next({ page: 7 })]);
  expect([discrepancies.length, findings.map(({ code }) => code)]).toEqual([0, ['evidence.pageTwice']]);
  // Another agent or another meter is another history.
  const other = await makeSession(makeMeterOwner(), { beganAt: 1_800_009_000 });
  expect(await codesOf([first, other])).toEqual([]);
});

test('one record billed under two bookings is sold twice, though no start secret binds it', async () => {
  const first = await made({ format: 1 });
  const record = first.lines.find((line) => line.includes('"record"')) ?? '';
  const frame = first.lines.find((line) => line.includes('StopTransaction')) ?? '';
  const again = await made({
    format: 1,
    beganAt: 1_800_003_000,
    edit: (lines) =>
      lines.map((line) => {
        if (line.includes('"record"')) return record;
        return line.includes('StopTransaction') ? frame : line;
      }),
  });
  const { discrepancies } = await check([first, again]);
  expect(discrepancies.map(({ code }) => code)).toEqual(['evidence.recordOfOther', 'evidence.soldTwice']);
  expect(discrepancies[1]?.found).toContain('the same record');
});

test('evidence that is not given is said, and a bundle of no booking is a finding', async () => {
  const [session, stranger] = [await made(), await made()];
  expect(await codesOf([session], [])).toEqual(['evidence.notGiven']);
  expect(await codesOf([session], [session.given, stranger.given])).toEqual(['evidence.noBooking']);
  // A file whose reading was undone lies beside the one that was signed.
  const undone = { ...session.given, bytes: Buffer.concat([session.given.bytes, Buffer.from('{}\n')]) };
  expect(await codesOf([session], [undone, session.given])).toEqual([]);
  expect(await codesOf([session], [session.given, undone])).toEqual([]);
});

test('a format in another line, and a last line without its end, are named', async () => {
  const twice = await edited((lines) => [
    ...lines.slice(0, 3),
    (lines[0] ?? '').replace('/2', '/1'),
    ...lines.slice(3),
  ]);
  expect(await codesOf([twice])).toContain('evidence.format');
  const session = await made();
  const bytes = Buffer.from(session.given.bytes).subarray(0, -1);
  const salt = Buffer.from(session.salt.slice(2), 'hex');
  const evidenceHash: Hex = `0x${createHash('sha256').update(salt).update(bytes).digest('hex')}`;
  const final = { ...session.final, evidenceHash };
  const cut = withFacts(session, { readings: [final], billed: final });
  expect(await codesOf([cut], [{ ...session.given, bytes }])).toEqual([
    'evidence.format',
    'evidence.unbound',
  ]);
});

test('a record that its meter marks is a finding, and one that names nobody is unbound', async () => {
  const marked = await makeSession({ ...owner, says: ['"EF":""', '"EF":"E"'] });
  expect(await codesOf([marked])).toEqual(['evidence.recordRefused']);
  expect(await codesOf([await made({ idTag: '' })])).toEqual(['evidence.unbound']);
});

test('frames whose registers are not certain leave the bill unverified', async () => {
  const session = await made({
    edit: (lines) => lines.map((line) => line.replace('"meterStop":12000', '"meterStop":"many"')),
  });
  expect(await codesOf([session])).toEqual(['evidence.frames']);
});

test('without a pinned meter key there is nothing that records must be signed by', async () => {
  const session = withFacts(await made({ idTag: 'ABCDEFGHIJKLMNOPQRST' }), { meter: undefined });
  expect(await codesOf([session])).toEqual([]);
});

describeCases('evidence', EVIDENCE_CASES);
