import { createRPCError, createValidator } from 'ocpp-rpc';
import standard from 'ocpp-rpc/lib/standard-validators.js';
import type { Validator } from 'ocpp-rpc/lib/validator.js';
import type { Schema } from '../ocpp/as-written.ts';
import { readPayload } from '../ocpp/reader.ts';
import type { ReadPayload } from '../ocpp/version.ts';
import { spelled16 } from './spelling.ts';

type Params = Record<string, unknown>;

/** The typings name a default export, but the module itself is it. */
const STANDARD = (standard as unknown as readonly Validator[]).find(
  ({ subprotocol }) => subprotocol === 'ocpp1.6',
) as Validator;

/** Calls of a charge point; all others are the central system's. */
const FROM_CHARGE_POINT = new Set([
  ...['Authorize', 'BootNotification', 'DiagnosticsStatusNotification', 'FirmwareStatusNotification'],
  ...['Heartbeat', 'LogStatusNotification', 'MeterValues', 'SecurityEventNotification', 'SignCertificate'],
  ...['SignedFirmwareStatusNotification', 'StartTransaction', 'StatusNotification', 'StopTransaction'],
]);

const idOf = (action: string): string => `urn:${action}.req`;

const SCHEMAS = new Map<string, Schema>();

function schemaOf(action: string): Schema | undefined {
  const known = SCHEMAS.get(action);
  if (known !== undefined) return known;
  const schema = STANDARD._ajv.schemas[idOf(action)]?.schema as Schema | undefined;
  if (schema !== undefined) SCHEMAS.set(action, schema);
  return schema;
}

/**
 * What of a schema a call is refused for: its types, its required properties, the length of its tags, and the words
 * of a connector's status. Other words only describe.
 */
function deciding(action: string): object {
  const isStatus = action === 'StatusNotification';
  return JSON.parse(JSON.stringify(schemaOf(action)), (key, value) => {
    if (key === 'additionalProperties' || (key === 'enum' && !(isStatus && value.includes('Faulted'))))
      return undefined;
    return value;
  });
}

let decidingValidator: Validator | undefined;

/** Made for the first call: a house without a charge point of 1.6 needs no schemas of it in memory. */
function decidingOf(): Validator {
  if (decidingValidator !== undefined) return decidingValidator;
  const actions = [...FROM_CHARGE_POINT].filter((action) => schemaOf(action) !== undefined);
  decidingValidator = createValidator('ocpp1.6', actions.map(deciding));
  return decidingValidator;
}

/** Reads a call of a charge point of 1.6. Throws the protocol's error for what cannot be read. */
export const readPayload16: ReadPayload = (action, params) => {
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    throw createRPCError('TypeConstraintViolation', 'The payload of a call is an object.', {});
  if (!FROM_CHARGE_POINT.has(action)) return { payload: params as Params, deviations: [] };
  const schema = schemaOf(action);
  const { payload, deviations } = readPayload(schema, action, spelled16(action, params as Params));
  if (schema !== undefined) decidingOf().validate(idOf(action), payload);
  return { payload: payload as Params, deviations };
};

const SCHEMA_ID = /^urn:(\w+)\.(req|conf)$/;

/**
 * Checks only what the agent or another central system sends: calls of the charge point are checked where they are
 * read, and its answers are answers, whatever they look like.
 */
export const outgoing16: Validator = {
  subprotocol: 'ocpp1.6',
  validate: (schemaId: string, params: unknown) => {
    const [, action = '', kind] = SCHEMA_ID.exec(schemaId) ?? [];
    const isIncoming = FROM_CHARGE_POINT.has(action) === (kind === 'req');
    if (isIncoming || action === 'DataTransfer') return true;
    try {
      return STANDARD.validate(schemaId, params);
    } catch (error) {
      // An action without a schema has no handler here: it is for another central system.
      if ((error as { rpcErrorCode?: string }).rpcErrorCode === 'ProtocolError') return true;
      throw error;
    }
  },
} as Validator;
