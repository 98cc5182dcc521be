import standard from 'ocpp-rpc/lib/standard-validators.js';
import type { Validator } from 'ocpp-rpc/lib/validator.js';
import type { Logger } from 'pino';
import { validator16 } from '../ocpp16/validator.ts';

/** What a frame has against its schema, in the words of the validator that ocpp-rpc uses. */
interface Violation {
  keyword: string;
  /** JSON pointer to the value. */
  instancePath: string;
  params: { additionalProperty?: string; limit?: number };
}

/** Texts that only describe. Names that decide who charges (idTag, transactionId) are not among them. */
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

/** Optional words: of one that we do not know nothing follows, and what stands beside it counts all the same. */
const WORDS = new Set(['context', 'location', 'measurand', 'phase', 'reason', 'unit']);

/** Registers, whole Wh by the schema: a fraction is rounded down. */
const REGISTERS = new Set(['meterStart', 'meterStop']);

/** No frame has so many by mistake. */
const MAX_MENDS = 100;
/** How many kinds of deviations are told; a box repeats its own with every message. */
const MAX_TOLD = 100;

/** Its typings name a default that the module itself is. That of 1.6 reads sloppy values first. */
const STRICT = (standard as unknown as readonly Validator[]).map((strict) =>
  strict.subprotocol === 'ocpp1.6' ? validator16(strict) : strict,
);

type Node = Record<string, unknown>;

/**
 * The validators of OCPP 1.6's schemas, lenient where a box's deviation does no harm: `null` for an optional property,
 * descriptions that are too long, a measurand's unknown unit, fractions of a Wh, and in answers properties that nobody
 * knows, because an answer cannot be refused any more. Such a frame is taken, with a log line. All else stays an error.
 */
export function tolerantValidators(log: Logger): Validator[] {
  const told = new Set<string>();
  const tell = (schemaId: string, mended: string[]): void => {
    const what = [schemaId, ...mended].join(' ').replace(/\d+/g, '*');
    if (told.has(what) || told.size >= MAX_TOLD) return;
    told.add(what);
    log.warn({ schemaId, mended }, 'OCPP frame taken although it deviates from the schema');
  };
  return STRICT.map((strict) => {
    const validate: Validator['validate'] = (schemaId, params) => {
      const mended = validated(strict, schemaId, params);
      if (mended.length > 0) tell(schemaId, mended);
      return true;
    };
    return { subprotocol: strict.subprotocol, validate } as Validator;
  });
}

/** What was mended before the frame was sound. One that cannot be mended is thrown as ocpp-rpc throws it. */
function validated(strict: Validator, schemaId: string, params: Node): string[] {
  const mended: string[] = [];
  // What is only left out to look further stays in the frame that the handlers get.
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

/** Mends `checked` until it is sound, and `taken` only where its readers need that. False where harm could come of it. */
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
