import { createHash } from 'node:crypto';
import { type Hex, zeroHash } from 'viem';
import { generatePrivateKey } from 'viem/accounts';
import type { GivenBundle } from '../../../audit/evidence/bundle-files.ts';
import type * as own from '../../../audit/evidence/check-evidence.ts';
import type { SessionFacts } from '../../../audit/evidence/session-facts.ts';
import { type AuditCase, codesIn } from '../left-out/cases.ts';
import { MARKET, type MadeSession, makeMeterOwner, makeSession, type SessionPlan } from './make-session.ts';

export const owner = makeMeterOwner();

export async function* streamOf(bundles: readonly GivenBundle[]): AsyncGenerator<GivenBundle> {
  yield* bundles;
}

export const made = (change: Partial<SessionPlan> = {}) => makeSession(owner, change);

/** The same session, with something else beside it. */
export const withFacts = (session: MadeSession, facts: Partial<SessionFacts>): MadeSession => ({
  ...session,
  facts: { ...session.facts, ...facts },
});

/** Lines changed by the agent itself, which then signs a reading over them. */
export const edited = (edit: SessionPlan['edit']) => made({ edit });
const replaced = (from: string | RegExp, to: string) =>
  edited((lines) => lines.map((line) => line.replace(from, to)));

const withoutRecords = () => edited((lines) => lines.filter((line) => !line.includes('"record"')));

/** What an agent may write or leave out, and a code that names it. */
export const FAULTS: [string, () => Promise<MadeSession>, string][] = [
  [
    'a byte of a record, with all hashes redone',
    () => replaced(/\\"RV\\":12,/, String.raw`\"RV\":13,`),
    'evidence.recordSignature',
  ],
  ['a record of another booking', () => made({ idTag: 'ABCDEFGHIJKLMNOPQRST' }), 'evidence.recordOfOther'],
  ['a record that is dropped', withoutRecords, 'evidence.recordDropped'],
  [
    'a record that is dropped with its frame',
    () =>
      edited((lines) =>
        lines
          .filter((line) => !line.includes('"record"'))
          .map((line) => line.replace(/,"transactionData":\[.*?\]\}\]/, '')),
      ),
    'evidence.recordMissing',
  ],
  ['more billed than the meter signed', () => made({ billedWh: 2_100 }), 'evidence.energy'],
  [
    'a reading above what the frames before it show',
    () => replaced('"value":"11"', '"value":"10.5"'),
    'evidence.frames',
  ],
  [
    'a reading of another booking',
    () =>
      replaced(/"reading":\{"bookingId":"0x[0-9a-f]{64}/, `"reading":{"bookingId":"${generatePrivateKey()}`),
    'evidence.booking',
  ],
  ['a frame changed below a reading', () => replaced('"value":"11"', '"value":"10.5"'), 'evidence.prefix'],
  [
    'a stop below what is billed',
    () => replaced('"meterStop":12000', '"meterStop":11100'),
    'evidence.frames',
  ],
  [
    'registers that no frame shows',
    () => replaced('"meterStop":12000', '"meterStop":12001'),
    'evidence.registers',
  ],
  ['an unknown line', () => edited((lines) => [...lines, '{"at":1,"more":2}']), 'evidence.line'],
  [
    'something behind the start secret',
    () => edited((lines) => [...lines, '{"at":1,"anomaly":"register.fell","registerWh":1}']),
    'evidence.startSecret',
  ],
  [
    'another start secret',
    () => replaced(/"startSecret":"0x[0-9a-f]{64}"/, `"startSecret":"${generatePrivateKey()}"`),
    'evidence.startSecret',
  ],
  [
    'another booking in the first line',
    () => replaced(/^(\{"format":"[^"]*","bookingId":")0x[0-9a-f]{64}/, `$1${generatePrivateKey()}`),
    'evidence.booking',
  ],
  [
    'readings in another order',
    () =>
      edited((lines) => [
        ...lines.slice(0, 4),
        ...lines.slice(7, 9),
        ...lines.slice(4, 7),
        ...lines.slice(9),
      ]),
    'evidence.order',
  ],
  [
    'a co-signature of nobody',
    () => replaced('"seq":1,"sessionSignature"', '"seq":9,"sessionSignature"'),
    'evidence.sessionSignature',
  ],
];

/** Sessions of the ledger, and the bundles that are given: theirs, where nothing else is said. */
interface Given {
  sessions: MadeSession[];
  bundles?: GivenBundle[];
}

type Case = [what: string, code: string | undefined, make: () => Promise<Given>];

const NOBODY: Hex = `0x${'42'.repeat(20)}`;

const ofOne = (make: () => Promise<MadeSession>) => async (): Promise<Given> => ({
  sessions: [await make()],
});

const withOther = (facts: Partial<SessionFacts>) => ofOne(async () => withFacts(await made(), facts));

/** A reading on the ledger beside the final one, or in its place. */
const billedAs = (change: object, isBeside = false) =>
  ofOne(async () => {
    const session = await made();
    const reading = { ...session.final, ...change };
    return withFacts(
      session,
      isBeside ? { readings: [session.final, reading] } : { readings: [reading], billed: reading },
    );
  });

const salted = (salt: Uint8Array | undefined) => async (): Promise<Given> => {
  const session = await made();
  return { sessions: [session], bundles: [{ ...session.given, salt }] };
};

/** A session, and what its meter is used for later. */
const followedBy =
  (...changes: Partial<SessionPlan>[]) =>
  async (): Promise<Given> => {
    const later = changes.map((change, index) =>
      made({ beganAt: 1_800_009_000 + 9_000 * index, page: 8, beginWh: 12_000 + 2_000 * index, ...change }),
    );
    return { sessions: await Promise.all([made({ page: 7 }), ...later]) };
  };

/** A record whose time is long before its booking. */
const untimely = (format: 1 | 2) =>
  ofOne(async () => {
    const session = await made({ format });
    const { opens, closes } = session.facts;
    return withFacts(session, { opens: opens + 1_000_000, closes: closes + 1_000_000 });
  });

/** The last line has no end. */
async function cut(): Promise<Given> {
  const session = await made();
  const bytes = Buffer.from(session.given.bytes).subarray(0, -1);
  const salt = Buffer.from(session.salt.slice(2), 'hex');
  const evidenceHash: Hex = `0x${createHash('sha256').update(salt).update(bytes).digest('hex')}`;
  const final = { ...session.final, evidenceHash };
  return {
    sessions: [withFacts(session, { readings: [final], billed: final })],
    bundles: [{ ...session.given, bytes }],
  };
}

const CASES: readonly Case[] = [
  ['an honest bundle', undefined, ofOne(() => made())],
  ['sessions one after the other', undefined, followedBy({}, { page: 9 })],
  ['a bundle of the older format', 'evidence.unbound', ofOne(() => made({ format: 1 }))],
  ['another agent than the listed one', 'evidence.agentSignature', withOther({ agentKey: NOBODY })],
  ['another session key than the booked one', 'evidence.sessionSignature', withOther({ sessionKey: NOBODY })],
  ['another start secret than the booked one', 'evidence.startSecret', withOther({ startHash: zeroHash })],
  ['another salt', 'evidence.hash', salted(Buffer.from(generatePrivateKey()))],
  ['no salt', 'evidence.salt', salted(undefined)],
  ['less than was co-signed', 'evidence.belowCosigned', billedAs({ energyWh: 900 })],
  [
    'another reading of the same number',
    'evidence.reading',
    billedAs({ seq: 1, isFinal: false, energyWh: 1_500 }, true),
  ],
  ['a register that went back', 'evidence.registerWentBack', followedBy({ beginWh: 5_000 })],
  ['a part of a register that is sold twice', 'evidence.soldTwice', followedBy({ beginWh: 11_000 })],
  ['a page that went back', 'evidence.pageWentBack', followedBy({ page: 6 })],
  ['a page of two bookings', 'evidence.pageTwice', followedBy({}, {})],
  ['a meter that counts no pages', 'evidence.pageTwice', followedBy({ page: 7 })],
  ['no bundle', 'evidence.notGiven', async () => ({ sessions: [await made()], bundles: [] })],
  [
    'a bundle of no booking',
    'evidence.noBooking',
    async () => {
      const session = await made();
      return { sessions: [session], bundles: [session.given, (await made()).given] };
    },
  ],
  [
    'the format in another line',
    'evidence.format',
    ofOne(() =>
      edited((lines) => [...lines.slice(0, 3), (lines[0] ?? '').replace('/2', '/1'), ...lines.slice(3)]),
    ),
  ],
  ['a last line without its end', 'evidence.format', cut],
  [
    'a record that its meter marks',
    'evidence.recordRefused',
    ofOne(() => makeSession({ ...owner, says: ['"EF":""', '"EF":"E"'] })),
  ],
  ['a record that names nobody', 'evidence.unbound', ofOne(() => made({ idTag: '' }))],
  ['a record of another time that its tag binds', 'evidence.recordRefused', untimely(2)],
  ['a record of another time that nothing binds', 'evidence.recordOfOther', untimely(1)],
  [
    'a start secret in the older format',
    'evidence.line',
    ofOne(() => edited((lines) => lines.map((line) => line.replace('/2"', '/1"')))),
  ],
  [
    'a record that is dropped, without a pinned meter key',
    'evidence.recordDropped',
    ofOne(async () => withFacts(await withoutRecords(), { meter: undefined })),
  ],
  [
    'frames without a register',
    'evidence.frames',
    ofOne(() =>
      edited((lines) => lines.map((line) => line.replace('"meterStop":12000', '"meterStop":"many"'))),
    ),
  ],
];

const ofFault = ([what, make, code]: (typeof FAULTS)[number]): Case => [
  what,
  code,
  async () => {
    const session = await make();
    return {
      sessions: [session],
      bundles: [{ ...session.given, name: session.final.evidenceHash.slice(2) }],
    };
  },
];

/** Each session is made once. The code must be among what is said; of an honest one nothing is. */
function caseOf([what, code, make]: Case): AuditCase {
  let given: Promise<Given> | undefined;
  return {
    what,
    says: code === undefined ? [] : [code],
    run: async (load) => {
      given ??= make();
      const { sessions, bundles = sessions.map((each) => each.given) } = await given;
      const facts = new Map(sessions.map((each) => [each.facts.bookingId, each.facts]));
      const { checkEvidenceOf } = load<typeof own>('evidence/check-evidence.ts');
      const said = codesIn(await checkEvidenceOf(streamOf(bundles), facts, MARKET));
      return code !== undefined && said.includes(code) ? [code] : said;
    },
  };
}

/** Evidence that contradicts itself, the ledger or other evidence, each in one way. */
export const EVIDENCE_CASES: readonly AuditCase[] = [...CASES, ...FAULTS.map(ofFault)].map(caseOf);
