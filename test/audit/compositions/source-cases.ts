import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type * as ownFiles from '../../../audit/evidence/bundle-files.ts';
import type * as ownApi from '../../../audit/evidence/bundles-of-api.ts';
import type { SessionFacts } from '../../../audit/evidence/session-facts.ts';
import type { AuditError } from '../../../audit/lib/errors.ts';
import { mutatedAudit } from '../rules/mutated-audit.ts';
import { type ComposedCase, inFile, type LeftOut } from './describe-compositions.ts';

const inFiles = inFile('evidence/bundle-files.ts');
const inApi = inFile('evidence/bundles-of-api.ts');

const NAME = 'ab'.repeat(32);
const OTHER_NAME = 'cd'.repeat(32);
const BUNDLE = 'two lines\nof a bundle\n';
const SALT = 's'.repeat(32);
const GIVEN = `${NAME}: 22 bytes, salt of 32`;

/** Each bundle in a line, or how reading them ends: the code, and the first words of the rule. */
async function saidOfBundles(bundles: () => AsyncIterable<ownFiles.GivenBundle>): Promise<string[]> {
  const said: string[] = [];
  try {
    for await (const { name, bytes, salt } of bundles())
      said.push(`${name}: ${bytes.length} bytes, salt of ${salt?.length ?? 'nothing'}`);
  } catch (error) {
    const { code, rule = '' } = error as AuditError;
    said.push(`ends: ${code}: ${rule.split(' ').slice(0, 4).join(' ')}`);
  }
  return said;
}

/** A folder that holds what `put` puts into it. */
function ofFolder(
  what: string,
  says: readonly string[],
  put: (folder: string) => void,
  misses: readonly LeftOut[],
  source = '',
): ComposedCase {
  return {
    ...{ what, says, misses, loader: (mutant) => mutatedAudit(mutant) },
    run: async (load) => {
      const folder = mkdtempSync(join(tmpdir(), 'plugpact-bundles-'));
      try {
        put(folder);
        const { bundlesIn } = load<typeof ownFiles>('evidence/bundle-files.ts');
        return await saidOfBundles(() => bundlesIn(join(folder, source)));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

const putBundle = (folder: string, name = NAME): void => {
  writeFileSync(join(folder, `${name}.jsonl`), BUNDLE);
  writeFileSync(join(folder, `${name}.salt`), SALT);
};

/** Only its length is looked at, unless it is taken for a part of the bundle. */
const TOO_LARGE = { length: 64 * 1_024 * 1_024 + 1 } as Uint8Array;

async function* tooLarge() {
  yield TOO_LARGE;
}

const NO_FOLDER = 'ends: audit.evidence: --evidence names a folder';

const OF_FOLDERS: ComposedCase[] = [
  ofFolder(
    'a folder with a bundle beside other things',
    [GIVEN],
    (folder) => {
      putBundle(folder);
      writeFileSync(join(folder, 'notes.txt'), 'no bundle');
      mkdirSync(join(folder, `${OTHER_NAME}.jsonl`));
    },
    [
      inFiles('hash === undefined || ', ''),
      inFiles(' || !entry.isFile()'),
      inFiles('await saltBeside(entry.parentPath, hash)', 'undefined'),
      inFiles('(salt) => salt', '() => undefined'),
    ],
  ),
  ofFolder(
    'a bundle in a folder of a folder',
    [GIVEN],
    (folder) => {
      mkdirSync(join(folder, 'agent', 'evidence'), { recursive: true });
      putBundle(join(folder, 'agent', 'evidence'));
    },
    [inFiles('{ recursive: true }', '{}')],
  ),
  ofFolder(
    'a bundle without its salt',
    [`${NAME}: 22 bytes, salt of nothing`],
    (folder) => writeFileSync(join(folder, `${NAME}.jsonl`), BUNDLE),
    [inFiles('    () => undefined,\n')],
  ),
  ofFolder(
    'a bundle as an API handed it out',
    [GIVEN],
    (folder) => writeFileSync(join(folder, `${NAME}.bin`), SALT + BUNDLE),
    [
      inFiles("if (kind === 'bin')", 'if (false)'),
      inFiles('bytes: bytes.subarray(SALT_BYTES)', 'bytes'),
      inFiles('salt: bytes.subarray(0, SALT_BYTES)', 'salt: undefined'),
    ],
  ),
  ofFolder(
    'a packed bundle',
    [GIVEN],
    (folder) => {
      putBundle(folder);
      rmSync(join(folder, `${NAME}.jsonl`));
      writeFileSync(join(folder, `${NAME}.jsonl.gz`), gzipSync(BUNDLE));
    },
    [inFiles("path.endsWith('.gz')", 'false')],
  ),
  ofFolder(
    'a packed bundle that is damaged',
    ['ends: audit.evidence: The audit has to'],
    (folder) => writeFileSync(join(folder, `${NAME}.jsonl.gz`), 'not packed'),
    [
      inFiles(
        'Promise.reject(error instanceof AuditError ? error : unreadableFile(path, error))',
        'undefined',
      ),
      inFiles('error instanceof AuditError ? error : unreadableFile(path, error)', 'error'),
    ],
  ),
  {
    ...ofFolder('a bundle that is too large', ['ends: audit.evidence: A bundle has at'], putBundle, [
      inFiles('throw tooLarge(path)', 'void tooLarge(path)'),
      inFiles('error instanceof AuditError ? error : '),
    ]),
    loader: (mutant) =>
      mutatedAudit(mutant, { fetch, around: { 'node:fs': () => ({ createReadStream: tooLarge }) } }),
  },
  ofFolder(
    'a folder that is not there',
    [NO_FOLDER],
    () => undefined,
    [inFiles('throw noFolder(folder)', 'void noFolder(folder)'), inFiles('    () => false,\n')],
    'nothing',
  ),
  ofFolder(
    'a file in place of a folder',
    [NO_FOLDER],
    (folder) => writeFileSync(join(folder, 'a-file'), ''),
    [inFiles('found.isDirectory()', 'true')],
    'a-file',
  ),
];

const ID = `0x${'11'.repeat(32)}`;
const SESSION = 'known';
const ORIGIN = 'https://charge.example';

/** A session whose final reading names a bundle, or that has none. */
const sessionOf = (name: string | undefined): SessionFacts =>
  ({ bookingId: ID, billed: name && { evidenceHash: `0x${name}` } }) as SessionFacts;

interface Plan {
  /** The cookie's value; null where there is none. */
  session?: string | null;
  sessions?: readonly (string | undefined)[];
  /** What the API answers when it is asked for the bundle of this name. */
  answer?: (name: string, asked: RequestInit) => object;
}

const bytesOf = (...parts: (string | Uint8Array)[]) => ({
  ...{ ok: true, status: 200 },
  body: (async function* stream() {
    for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
  })(),
});

const failing = (status: number) => ({ ok: false, status, body: null });

const SIGNED_IN = `plugpact-session=${SESSION}`;

function ofApi(
  what: string,
  says: readonly string[],
  { session = SESSION, sessions = [NAME], answer = () => bytesOf(SALT, BUNDLE) }: Plan,
  misses: readonly LeftOut[],
): ComposedCase {
  const ask = async ({ pathname }: URL, asked: RequestInit) => {
    const { cookie } = asked.headers as Record<string, string>;
    if (cookie?.split('; ').includes(SIGNED_IN) !== true) return failing(401);
    const [, name] = new RegExp(`^/api/v1/bookings/${ID}/evidence/0x(\\w{64})$`).exec(pathname) ?? [];
    return name === undefined ? failing(404) : answer(name, asked);
  };
  return {
    ...{ what, says, misses, loader: (mutant) => mutatedAudit(mutant, { fetch: ask as never }) },
    run: (load) => {
      const { bundlesOfApi } = load<typeof ownApi>('evidence/bundles-of-api.ts');
      return saidOfBundles(() => bundlesOfApi(ORIGIN, session ?? undefined, sessions.map(sessionOf)));
    },
  };
}

const NOT_SIGNED_IN = 'ends: audit.evidence: An API hands out';
const NO_ANSWER = 'ends: audit.evidence: The audit has to';

const OF_APIS: ComposedCase[] = [
  ofApi(
    'all bundles that an API gives',
    [GIVEN, GIVEN.replace(NAME, OTHER_NAME)],
    { sessions: [undefined, NAME, OTHER_NAME] },
    [
      inApi('if (billed === undefined) continue;', 'if (billed === undefined) return;'),
      inApi('of sessions)', 'of [...sessions].slice(0, 2))'),
      inApi('yield splitBundle(', 'void splitBundle('),
      inApi('{ headers, signal', '{ headers: {}, signal'),
    ],
  ),
  ...[403, 404].map((status) =>
    ofApi(
      `a bundle with status ${status}, and another one`,
      [GIVEN.replace(NAME, OTHER_NAME)],
      {
        sessions: [NAME, OTHER_NAME],
        answer: (name) => (name === NAME ? failing(status) : bytesOf(SALT, BUNDLE)),
      },
      [
        inApi('NOT_GIVEN.has(answer.status)', 'false'),
        inApi('new Set([403, 404])', `new Set([${807 - status}])`),
      ],
    ),
  ),
  ofApi('nobody who is signed in', [NOT_SIGNED_IN], { session: 'another' }, [
    inApi('if (answer.status === 401) throw notSignedIn(url.origin);'),
    inApi('{ cookie: `', '{ cookie: `plugpact-session=known; '),
  ]),
  ofApi('no cookie, and no bundle to ask for', [NOT_SIGNED_IN], { session: null, sessions: [] }, [
    inApi('session === undefined || '),
  ]),
  ofApi('a cookie that is none', [NOT_SIGNED_IN], { session: 'known; x=y' }, [
    inApi(' || !/^[\\x21-\\x3a\\x3c-\\x7e]+$/.test(session)'),
    inApi('throw notSignedIn(origin)', 'void notSignedIn(origin)'),
  ]),
  ofApi(
    'an API that fails',
    [NO_ANSWER],
    { answer: () => ({ ...failing(500), body: bytesOf(SALT, BUNDLE).body }) },
    [inApi('throw noAnswer(url, `status', 'void noAnswer(url, `status')],
  ),
  ofApi(
    'an API that does not answer',
    [NO_ANSWER],
    {
      answer: () => {
        throw new Error('fetch failed');
      },
    },
    [inApi('throw noAnswer(url, String(error))', 'throw error')],
  ),
  ofApi(
    'an API that leads elsewhere',
    [NO_ANSWER],
    {
      answer: (_, { redirect }) => {
        if (redirect === 'error') throw new Error('a redirection');
        return bytesOf(SALT, 'from elsewhere');
      },
    },
    [inApi(", redirect: 'error'")],
  ),
  ofApi(
    'an API that takes its time',
    [NO_ANSWER],
    {
      answer: (_, { signal }) => {
        if (signal) throw new Error('too late');
        return bytesOf(SALT, BUNDLE);
      },
    },
    [inApi('signal, redirect', 'redirect')],
  ),
  ofApi('a bundle without end', [NO_ANSWER], { answer: () => bytesOf(SALT, TOO_LARGE) }, [
    inApi('throw noAnswer(url, `more', 'void noAnswer(url, `more'),
  ]),
];

/** Where bundles come from: a folder, or an API. */
export const SOURCE_CASES: readonly ComposedCase[] = [...OF_FOLDERS, ...OF_APIS];
