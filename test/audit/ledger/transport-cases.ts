import type * as own from '../../../audit/ledger/json-rpc.ts';
import type * as ownNode from '../../../audit/ledger/patient-node.ts';
import type * as ownRefusals from '../../../audit/ledger/refusals.ts';
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

/** What stands between the audit and a node. */
export const TRANSPORT_CASES: readonly AuditCase[] = [
  ...Object.entries(ANSWERS).map(([what, [, says]]) => ({
    what,
    says,
    run: (load: Load) => posted(load, what),
  })),
  refusedFinally,
];
