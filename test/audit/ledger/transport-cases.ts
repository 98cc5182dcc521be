import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as ownCheckpoint from '../../../audit/ledger/checkpoint.ts';
import type * as own from '../../../audit/ledger/json-rpc.ts';
import type * as ownNode from '../../../audit/ledger/patient-node.ts';
import type * as ownRefusals from '../../../audit/ledger/refusals.ts';
import type { AuditError } from '../../../audit/lib/errors.ts';
import type { AuditCase } from '../left-out/cases.ts';
import type { Load } from '../rules/vector-checks.ts';

const ok = (text: string) => async () => new Response(text);

/** A chunk that is larger than any answer that is read. */
const HUGE = { length: 2 ** 28 };

/** What is behind an address, which is the name of a case, and how the two calls that are sent to it end. */
const ANSWERS: Record<string, [answer: () => Promise<unknown>, says: string[]]> = {
  'two results': [ok('[{"id":1,"result":"b"},{"id":0,"result":"a"}]'), ['a', 'b']],
  'no JSON': [ok('<html>'), ['unreachable: an answer that is not JSON']],
  'JSON of another kind': [ok('[1]'), ['unreachable: an answer that is not JSON-RPC']],
  'one result of two': [ok('[{"id":0,"result":"a"}]'), ['a', 'unreachable: no answer to one of a batch']],
  'one error': [
    ok('[{"id":0,"result":"a"},{"id":1,"error":{"code":3,"message":"execution reverted"}}]'),
    ['a', 'refused: execution reverted'],
  ],
  'a status of failure with an answer': [
    async () => new Response('[{"id":0,"result":"a"},{"id":1,"result":"b"}]', { status: 503 }),
    ['unreachable: HTTP 503'],
  ],
  'no connection': [() => Promise.reject(new Error('fetch failed')), ['unreachable: fetch failed']],
  'an answer without end': [
    async () => ({
      ok: true,
      body: (async function* endless() {
        yield HUGE;
      })(),
    }),
    [`tooMany: an answer of over ${128 * 1_024 * 1_024} bytes`],
  ],
};

/** Answers by the address. */
export const fetchOfCases = (async (url: string) =>
  ANSWERS[new URL(url).searchParams.get('case') ?? '']?.[0]()) as never;

type Refusal = InstanceType<typeof ownRefusals.NodeRefusal>;

const textOf = (outcome: own.RpcOutcome): string =>
  'refusal' in outcome ? refusalText(outcome.refusal) : String(outcome.result);

const refusalText = ({ kind, message }: Refusal): string => `${kind}: ${message}`;

async function posted(load: Load, what: string): Promise<string[]> {
  const calls = [{ method: 'a' }, { method: 'b' }];
  const { post } = load<typeof own>('ledger/json-rpc.ts');
  return post(`http://node?case=${encodeURIComponent(what)}`, calls).then(
    (outcomes) => outcomes.map(textOf),
    (error: Refusal) => [refusalText(error)],
  );
}

const refusedFinally: AuditCase = {
  what: 'a refusal that is final',
  says: ['refused: not supported'],
  run: async (load) => {
    const { PatientNode } = load<typeof ownNode>('ledger/patient-node.ts');
    const { NodeRefusal } = load<typeof ownRefusals>('ledger/refusals.ts');
    const refusal = new NodeRefusal('refused', 'not supported');
    const node = new PatientNode({ post: async () => [{ refusal }], wait: async () => undefined });
    return node.request({ method: 'a' }).then(
      () => ['a result'],
      (error: Refusal) => [refusalText(error)],
    );
  },
};

const HEAD = {
  ...{ format: 'plugpact-audit-checkpoint/1', chainId: 1, market: `0x${'11'.repeat(20)}` },
  ...{ token: `0x${'22'.repeat(20)}`, fromBlock: 0, block: 7, blockHash: `0x${'33'.repeat(32)}` },
  ...{ isReconciled: true, logs: [], transfers: [] },
};

const sealed = (text: string, of = text): string =>
  `${text},"sha256":"${createHash('sha256').update(of).digest('hex')}"}`;

const open = (value: object): string => JSON.stringify(value).slice(0, -1);

/** Files of a checkpoint, and how reading them ends. A folder is none. */
const FILES: [what: string, text: string | undefined, says: string][] = [
  ['as it was written', sealed(open(HEAD)), 'block 7'],
  ['another content', sealed(open(HEAD), open({ ...HEAD, block: 6 })), 'another content'],
  [
    'a sealed text of another kind',
    sealed(open({ ...HEAD, block: 'seven' })),
    'Invalid input: expected number, received string',
  ],
  ['no seal', JSON.stringify(HEAD), 'no digest at its end'],
  ['no JSON', 'no JSON', 'no JSON'],
  ['a folder', undefined, 'EISDIR: illegal operation on a directory, read'],
];

async function readIn(load: Load, text: string | undefined): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-checkpoint-'));
  try {
    const file = text === undefined ? folder : join(folder, 'checkpoint');
    if (text !== undefined) writeFileSync(file, text);
    const { readCheckpoint } = load<typeof ownCheckpoint>('ledger/checkpoint.ts');
    return await readCheckpoint(file).then(
      (found) => [`block ${found?.block}`],
      ({ code, value }: AuditError) => [code, value?.replace(`${file}: `, '') ?? ''],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What stands between the audit and a node, and a file that an earlier audit left. */
export const TRANSPORT_CASES: readonly AuditCase[] = [
  ...Object.entries(ANSWERS).map(([what, [, says]]) => ({
    what,
    says,
    run: (load: Load) => posted(load, what),
  })),
  refusedFinally,
  ...FILES.map(([what, text, says]) => ({
    what: `a checkpoint: ${what}`,
    says: says.startsWith('block') ? [says] : ['audit.checkpoint', says],
    run: (load: Load) => readIn(load, text),
  })),
];
