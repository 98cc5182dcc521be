import standard from 'ocpp-rpc/lib/standard-validators.js';
import type { Validator } from 'ocpp-rpc/lib/validator.js';
import type { Params } from './outbox.ts';

interface Violation {
  keyword: string;
  /** JSON pointer to the object. */
  instancePath: string;
  params: { additionalProperty?: string };
}

/** The typings name a default export, but the module itself is it. */
const VALIDATORS = new Map(
  (standard as unknown as readonly Validator[]).map((validator) => [validator.subprotocol, validator]),
);
/** 2.1 keeps to the answers of 2.0.1 and adds to them. */
const validatorOf = (protocol: string): Validator | undefined =>
  VALIDATORS.get(protocol === 'ocpp2.1' ? 'ocpp2.0.1' : protocol);

/** More properties than this are not a mistake. */
const MAX_REMOVED = 50;

/** The actions whose answer says nothing that is needed: an answer of any form means that they arrived. */
const NEEDS_NO_ANSWER = new Set([
  'MeterValues',
  'StatusNotification',
  'StopTransaction',
  'TransactionEvent',
  'Heartbeat',
]);

/** The first violation of the action's schema; null if there is none, or no schema. */
function violationOf(protocol: string, action: string, answer: Params): Violation | null {
  try {
    validatorOf(protocol)?.validate(`urn:${action}.conf`, answer);
    return null;
  } catch (error) {
    const { rpcErrorCode, details } = error as {
      rpcErrorCode?: string;
      details?: { errors?: Violation[] };
    };
    if (rpcErrorCode === 'ProtocolError') return null;
    return details?.errors?.[0] ?? { keyword: '', instancePath: '', params: {} };
  }
}

const innerOf = (node: Params, pointer: string): Params =>
  pointer
    .split('/')
    .slice(1)
    .reduce<Params>((inner, key) => inner[key.replace(/~1/g, '/').replace(/~0/g, '~')] as Params, node);

/** Removes what its schema does not know, and `null` for what is left out. False: the violation is another one. */
function isRemoved({ keyword, instancePath, params }: Violation, answer: Params): boolean {
  if (keyword === 'additionalProperties') {
    delete innerOf(answer, instancePath)[params.additionalProperty ?? ''];
    return true;
  }
  const end = instancePath.lastIndexOf('/');
  if (keyword !== 'type' || end < 0 || innerOf(answer, instancePath) !== null) return false;
  delete innerOf(answer, instancePath.slice(0, end))[instancePath.slice(end + 1)];
  return true;
}

/** The answer without properties that mean nothing; undefined if it is against the schema otherwise. */
function fitting(protocol: string, action: string, result: unknown): Params | undefined {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return undefined;
  const answer = structuredClone(result) as Params;
  for (let removed = 0; removed <= MAX_REMOVED; removed += 1) {
    const violation = violationOf(protocol, action, answer);
    if (violation === null) return protocol === 'ocpp2.1' ? (result as Params) : answer;
    if (!isRemoved(violation, answer)) return undefined;
  }
  return undefined;
}

const REGISTRATIONS = new Set<unknown>(['Accepted', 'Pending', 'Rejected']);

/** What is needed of an answer that is against its schema. */
function neededOf(action: string, result: unknown): Params | undefined {
  if (NEEDS_NO_ANSWER.has(action)) return {};
  const { transactionId, status, interval } = (result ?? {}) as Params;
  if (action === 'StartTransaction' && Number.isSafeInteger(transactionId)) return { transactionId };
  return action === 'BootNotification' && REGISTRATIONS.has(status) ? { status, interval } : undefined;
}

/**
 * The other central system's answer, as far as it may go on to a charge point: by its schema, or what is needed of it.
 * Undefined: it is of no use, as if there were none.
 */
export const usableAnswer = (protocol: string, action: string, result: unknown): Params | undefined =>
  fitting(protocol, action, result) ?? neededOf(action, result);

/** Answers of a central system that does not do what it is asked, the one that says most first. */
const REFUSALS: readonly Params[] = [{ status: 'Rejected' }, { status: 'Failed' }, {}];

/** The agent's own refusal of a call that only the other central system knows; undefined where no answer says so. */
export const ownRefusal = (protocol: string, action: string): Params | undefined =>
  validatorOf(protocol) === undefined
    ? undefined
    : REFUSALS.find((refusal) => violationOf(protocol, action, refusal) === null);
