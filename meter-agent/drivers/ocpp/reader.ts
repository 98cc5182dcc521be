import { chargePointSec } from '../charge-point-time.ts';
import { CONTROL, isAsWritten, isObject, resolved, type Schema } from './as-written.ts';

type Node = Record<string, unknown>;

export interface ReadCall {
  payload: unknown;
  /** What was read otherwise than it was written, in words for the log. */
  deviations: string[];
}

/** Decide who may charge, or about money: read as they are written, or not at all. */
const STRICT = new Set([
  ...['idTag', 'idToken', 'transactionId', 'connectorId', 'evseId', 'evse', 'id'],
  ...['meterStart', 'meterStop', 'value', 'multiplier', 'timestamp'],
  ...['signedMeterData', 'publicKey'],
]);
/** Registers, whole Wh by the schema of 1.6: a fraction is rounded down. */
const REGISTERS = new Set(['meterStart', 'meterStop']);
/** Say what a measured value is: an unknown word stays there, so that nobody takes the value for another. */
const MEANINGS = new Set(['measurand', 'phase', 'location', 'format', 'unit']);
/** Only describes a transaction that has ended: an entry that cannot be read costs no stop. */
const DESCRIBING_LIST = 'transactionData';
/** Units as charge points misspell them. */
const UNITS: Readonly<Record<string, string>> = { c: 'Celsius', '°c': 'Celsius', '%': 'Percent' };

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
/** The longest name of a property in the log. */
const MAX_NAME = 40;

/** In place of a value that is not read. */
const LEFT_OUT = Symbol('left out');

const under = (path: string, key: string): string =>
  path === '' ? key.slice(0, MAX_NAME) : `${path}.${key.slice(0, MAX_NAME)}`;

const keyOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** Reads one call. Its fields are only read where the standard has them, and only as what the standard says they are. */
class Reading {
  readonly deviations = new Set<string>();
  readonly #root: Schema;
  readonly #action: string;

  constructor(root: Schema, action: string) {
    this.#root = root;
    this.#action = action;
  }

  read(of: Schema, value: unknown, path: string, isRequired: boolean): unknown {
    const schema = resolved(this.#root, of);
    // Where nothing is named a register is meant: a name that is lost must not make one.
    if (value === undefined) return undefined;
    if (value === null) return this.#differs('null', path, path.endsWith('.measurand') ? '' : LEFT_OUT);
    switch (schema.type) {
      case 'object':
        return isObject(value) ? this.#object(schema, value, path) : this.#unfit(value, path, isRequired);
      case 'array':
        return this.#list(schema, value, path, isRequired);
      case 'string':
        return this.#text(schema, value, path, isRequired);
      case 'integer':
      case 'number':
        return this.#number(value, path, isRequired);
      case 'boolean':
        return typeof value === 'boolean' ? value : this.#boolean(value, path, isRequired);
      default:
        return value;
    }
  }

  #differs<T>(how: string, path: string, result: T): T {
    this.deviations.add(`${how} ${path}`.trim());
    return result;
  }

  /** Of another kind than the schema's: what is optional is not read, what is required is refused by who checks it. */
  #unfit(value: unknown, path: string, isRequired: boolean): unknown {
    return isRequired || this.#isStrict(path) ? value : this.#differs('unreadable', path, LEFT_OUT);
  }

  /** The tag of a stop only describes: the number of the transaction says whose it is. */
  #isStrict(path: string): boolean {
    const key = keyOf(path);
    return STRICT.has(key) && !(key === 'idTag' && this.#action === 'StopTransaction');
  }

  #object(schema: Schema, value: Node, path: string): unknown {
    const { properties = {}, required = [], additionalProperties } = schema;
    const entries: [key: string, value: unknown][] = [];
    for (const [key, inner] of Object.entries(value)) {
      const of = Object.hasOwn(properties, key) ? properties[key] : undefined;
      const at = under(path, key);
      const read = of === undefined ? inner : this.read(of, inner, at, required.includes(key));
      if (of === undefined && additionalProperties === false) this.#differs('unknown', at, undefined);
      else if (read !== LEFT_OUT && read !== undefined) entries.push([key, read]);
    }
    return this.#whole(schema, Object.fromEntries(entries), path);
  }

  /** What is required of a call and missing is refused by who checks it; a measured value needs its number. */
  #whole({ properties = {}, required = [] }: Schema, found: Node, path: string): unknown {
    const missing = required.filter((key) => found[key] === undefined);
    const described = missing.filter((key) => this.#isDescription(key, properties[key]));
    for (const key of described) found[key] = this.#differs('missing', under(path, key), '');
    const isEntry = path.endsWith('.sampledValue') || path === DESCRIBING_LIST;
    return isEntry && described.length < missing.length ? this.#differs('incomplete', path, LEFT_OUT) : found;
  }

  /** A description that is missing is empty: no call is refused for it. */
  #isDescription(key: string, of: Schema = {}): boolean {
    const { type, format, ...schema } = resolved(this.#root, of);
    return type === 'string' && schema.enum === undefined && format === undefined && !STRICT.has(key);
  }

  #list({ items = {} }: Schema, value: unknown, path: string, isRequired: boolean): unknown {
    if (!Array.isArray(value) && !isObject(value)) return this.#unfit(value, path, isRequired);
    const list = Array.isArray(value) ? value : this.#differs('object for a list', path, [value]);
    const isNeeded = path !== DESCRIBING_LIST;
    return list.map((item) => this.read(items, item, path, isNeeded)).filter((item) => item !== LEFT_OUT);
  }

  #text(schema: Schema, value: unknown, path: string, isRequired: boolean): unknown {
    if (schema.enum !== undefined) return this.#word(schema.enum, value, path, isRequired);
    if (schema.format === 'date-time') return this.#time(value, path, isRequired);
    const isMeasured = path.endsWith('.value') && typeof value === 'number';
    if (this.#isStrict(path))
      return isMeasured ? this.#differs('number for text', path, String(value)) : value;
    const text = typeof value === 'string' ? value : this.#description(value, path);
    return typeof text === 'string' ? this.#shortened(text, schema.maxLength, path) : text;
  }

  #description(value: unknown, path: string): unknown {
    if (typeof value === 'object') return this.#differs('unreadable', path, LEFT_OUT);
    return this.#differs(`${typeof value} for text`, path, String(value));
  }

  #shortened(text: string, maxLength: number | undefined, path: string): string {
    const plain = text.replace(CONTROL, '');
    if (plain !== text) this.#differs('control bytes', path, undefined);
    if (maxLength === undefined || plain.length <= maxLength) return plain;
    return this.#differs('too long', path, plain.slice(0, maxLength));
  }

  /** A word of an enumeration, in whatever letters. An unknown one that only describes is not read. */
  #word(words: readonly string[], value: unknown, path: string, isRequired: boolean): unknown {
    if (words.includes(value as string)) return value;
    const plain = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
    const meant = words.find((word) => word.toLowerCase() === plain || word === UNITS[plain ?? '']);
    if (meant !== undefined) return this.#differs('spelling', path, meant);
    const isMeaning = MEANINGS.has(keyOf(path)) && (plain !== '' || path.endsWith('.measurand'));
    if (isMeaning) return this.#differs('unknown word in', path, String(value));
    return isRequired ? value : this.#differs('unknown word in', path, LEFT_OUT);
  }

  #time(value: unknown, path: string, isRequired: boolean): unknown {
    const isTime = typeof value === 'string' && chargePointSec(value) !== null;
    const isNeeded = isRequired && !path.startsWith(`${DESCRIBING_LIST}.`);
    return isTime || isNeeded ? value : this.#differs('unreadable', path, LEFT_OUT);
  }

  #number(value: unknown, path: string, isRequired: boolean): unknown {
    if (typeof value === 'number' && REGISTERS.has(path) && !Number.isInteger(value))
      return this.#differs('fraction', path, Math.floor(value));
    if (typeof value === 'number' || this.#isStrict(path)) return value;
    const isExact = typeof value === 'string' && NUMBER.test(value) && String(Number(value)) === value;
    return isExact
      ? this.#differs('text for number', path, Number(value))
      : this.#unfit(value, path, isRequired);
  }

  #boolean(value: unknown, path: string, isRequired: boolean): unknown {
    const text = String(value).toLowerCase();
    if (text !== 'true' && text !== 'false') return this.#unfit(value, path, isRequired);
    return this.#differs('text for boolean', path, text === 'true');
  }
}

/**
 * The payload of a call as the standard's schema has it, where the meaning is beyond doubt. What decides about money
 * or who may charge is left as it is written, for who checks it. The payload itself, which goes to the evidence, is
 * not changed.
 */
export function readPayload(schema: Schema | undefined, action: string, payload: unknown): ReadCall {
  if (schema === undefined || !isObject(payload)) return { payload, deviations: [] };
  if (isAsWritten(schema, schema, payload)) return { payload, deviations: [] };
  return readTolerantly(schema, action, payload);
}

/** Of a payload that is as the standard has it this makes a copy. */
export function readTolerantly(schema: Schema, action: string, payload: Node): ReadCall {
  const reading = new Reading(schema, action);
  const read = reading.read(schema, payload, '', true);
  return { payload: read, deviations: [...reading.deviations] };
}
