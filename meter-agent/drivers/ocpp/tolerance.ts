import standard from 'ocpp-rpc/lib/standard-validators.js';
import type { Validator } from 'ocpp-rpc/lib/validator.js';
import type { Logger } from 'pino';
import { validator16 } from '../ocpp16/validator.ts';

/** A violation of a frame's schema, as ocpp-rpc's validator reports it. */
interface Violation {
  keyword: string;
  /** JSON pointer to the value. */
  instancePath: string;
  params: { additionalProperty?: string; limit?: number };
}

/** Descriptive texts. Identifiers that decide who charges (idTag, transactionId) are not among them. */
const DESCRIPTIONS = new Set([
  'chargeBoxSerialNumber',
  'chargePointModel',
  'chargePointSerialNumber',
  'chargePointVendor',
  'firmwareVersion',
  'info',
  'meterSerialNumber',
  'meterType',
  'techInfo',
  'value',
  'vendorErrorCode',
  'vendorId',
]);

/** Optional enumerations: an unknown value changes nothing, and what is beside it still counts. */
const WORDS = new Set(['context', 'location', 'measurand', 'phase', 'reason', 'unit']);

/** Registers, whole Wh by the schema: a fraction is rounded down. */
const REGISTERS = new Set(['meterStart', 'meterStop']);

/** More repairs than this in one frame are not a mistake. */
const MAX_MENDS = 100;
/** How many kinds of deviations are logged: a charge point repeats its own with every message. */
const MAX_REPORTED = 100;

/** The typings name a default export, but the module itself is it. The validator of 1.6 reads sloppy values first. */
const STRICT = (standard as unknown as readonly Validator[]).map((strict) =>
  strict.subprotocol === 'ocpp1.6' ? validator16(strict) : strict,
);

type Node = Record<string, unknown>;

/**
 * The validators of OCPP 1.6's schemas, tolerant where a deviation does no harm: `null` for an optional property,
 * descriptions that are too long, a measurand's unknown unit, fractions of a Wh, and unknown properties in answers,
 * because an answer cannot be refused any more. Such a frame is accepted with a log line. Everything else stays an
 * error.
 */
export function tolerantValidators(log: Logger): Validator[] {
  const reported = new Set<string>();
  const report = (schemaId: string, mended: string[]): void => {
    const what = [schemaId, ...mended].join(' ').replace(/\d+/g, '*');
    if (reported.has(what) || reported.size >= MAX_REPORTED) return;
    reported.add(what);
    log.warn({ schemaId, mended }, 'OCPP frame accepted although it deviates from the schema');
  };
  return STRICT.map((strict) => {
    const validate: Validator['validate'] = (schemaId, params) => {
      const mended = validated(strict, schemaId, params);
      if (mended.length > 0) report(schemaId, mended);
      return true;
    };
    return { subprotocol: strict.subprotocol, validate } as Validator;
  });
}

/**
 * Repairs the frame until it is valid, and returns the repairs. Throws as ocpp-rpc does where a frame cannot be
 * repaired.
 */
function validated(strict: Validator, schemaId: string, params: Node): string[] {
  const mended: string[] = [];
  // Properties that are removed only to check the rest stay in the frame that the handlers get.
  let checked = params;
  for (;;) {
    try {
      strict.validate(schemaId, checked);
      return mended;
    } catch (error) {
      const violation = (error as { details?: { errors?: Violation[] } }).details?.errors?.[0];
      if (violation === undefined || mended.length >= MAX_MENDS) throw error;
      if (mended.length === 0) checked = structuredClone(params);
      const isAnswer = schemaId.endsWith('.conf');
      if (!mend(violation, checked, params, isAnswer)) throw error;
      mended.push(`${violation.keyword} ${violation.instancePath}`);
    }
  }
}

/**
 * Repairs one violation in `checked`, and in `taken` where its readers need that. False where harm could come of it.
 */
function mend(violation: Violation, checked: Node, taken: Node, isAnswer: boolean): boolean {
  const { keyword, instancePath, params } = violation;
  const keys = instancePath.split('/').slice(1);
  if (keyword === 'additionalProperties') {
    if (isAnswer) delete at(checked, keys)[params.additionalProperty ?? ''];
    return isAnswer;
  }
  const key = keys.pop();
  // The frame itself is of a wrong type.
  if (key === undefined) return false;
  const [copy, own] = [at(checked, keys), at(taken, keys)];
  const value = copy[key];
  if (keyword === 'type' && value === null) {
    delete copy[key];
    delete own[key];
  } else if (keyword === 'maxLength' && DESCRIPTIONS.has(key)) {
    copy[key] = String(value).slice(0, params.limit);
  } else if (keyword === 'enum' && WORDS.has(key) && typeof value === 'string') {
    delete copy[key];
    if (value === '') delete own[key];
  } else if (keyword === 'type' && REGISTERS.has(key) && typeof value === 'number') {
    copy[key] = own[key] = Math.floor(value);
  } else {
    return false;
  }
  return true;
}

const at = (node: Node, keys: readonly string[]): Node =>
  keys.reduce<Node>((inner, key) => inner[key.replace(/~1/g, '/').replace(/~0/g, '~')] as Node, node);
