import { chargePointSec } from '../charge-point-time.ts';

/** The part of JSON Schema that OCPP's own schemas use. */
export interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: boolean;
  items?: Schema;
  enum?: readonly string[];
  format?: string;
  maxLength?: number;
  definitions?: Record<string, Schema>;
}

export const CONTROL = /\p{Cc}+/gu;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function resolved(root: Schema, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (root.definitions?.[name] ?? {});
}

function isObjectAsWritten(root: Schema, { properties = {}, required = [] }: Schema, value: object): boolean {
  for (const [key, inner] of Object.entries(value)) {
    const of = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (of === undefined || !isAsWritten(root, of, inner)) return false;
  }
  for (const key of required) if (!Object.hasOwn(value, key)) return false;
  return true;
}

function isTextAsWritten({ enum: words, format, maxLength }: Schema, text: string): boolean {
  if (words !== undefined) return words.includes(text);
  if (format === 'date-time') return chargePointSec(text) !== null;
  return text.length <= (maxLength ?? text.length) && text.search(CONTROL) === -1;
}

/**
 * Whether a value is exactly what its schema says: then there is nothing to be read otherwise than it is written, and it is
 * not gone through a second time. Most calls are so.
 */
export function isAsWritten(root: Schema, of: Schema, value: unknown): boolean {
  const schema = resolved(root, of);
  switch (schema.type) {
    case 'object':
      return isObject(value) && isObjectAsWritten(root, schema, value);
    case 'array':
      return Array.isArray(value) && value.every((item) => isAsWritten(root, schema.items ?? {}, item));
    case 'string':
      return typeof value === 'string' && isTextAsWritten(schema, value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
    case 'boolean':
      return typeof value === schema.type;
    default:
      return false;
  }
}
