import { createRPCError } from 'ocpp-rpc';
import standard from 'ocpp-rpc/lib/standard-validators.js';
import type { Validator } from 'ocpp-rpc/lib/validator.js';
import type { Schema } from '../ocpp/as-written.ts';
import { readPayload } from '../ocpp/reader.ts';
import type { ReadPayload } from '../ocpp/version.ts';

type Params = Record<string, unknown>;

/** Some stations introduce themselves with the payload of OCPP 1.6, whichever version they connected with. */
function spelled201(action: string, params: Params): Params {
  const { chargingStation, chargePointVendor, chargePointModel, chargePointSerialNumber, ...others } = params;
  const isSpelled16 = chargingStation === undefined && (chargePointVendor ?? chargePointModel) !== undefined;
  if (action !== 'BootNotification' || !isSpelled16) return params;
  const { firmwareVersion } = others;
  return {
    reason: others.reason ?? 'Unknown',
    chargingStation: {
      ...{ vendorName: chargePointVendor, model: chargePointModel },
      ...{ serialNumber: chargePointSerialNumber, firmwareVersion },
    },
  };
}

/**
 * Reads the calls of a station. The standard's own schema only shows what is meant: what is used is checked by the
 * handlers, because the schema refuses a whole message for a time without a zone.
 */
export function reading201(protocol: 'ocpp2.0.1' | 'ocpp2.1'): ReadPayload {
  const known = (standard as unknown as readonly Validator[]).find(
    ({ subprotocol }) => subprotocol === protocol,
  );
  const schemaOf = (action: string) => {
    // Read with the first call: a house without such a station needs no schemas of it in memory.
    const schemas: Readonly<Record<string, { schema: unknown } | undefined>> = known?._ajv.schemas ?? {};
    // The schemas of 2.1 bear other names.
    return (schemas[`urn:${action}.req`] ?? schemas[`urn:${action}Request`])?.schema as Schema | undefined;
  };
  return (action, params) => {
    if (typeof params !== 'object' || params === null || Array.isArray(params))
      throw createRPCError('FormatViolation', 'The payload of a call is an object.', {});
    const { payload, deviations } = readPayload(
      schemaOf(action),
      action,
      spelled201(action, params as Params),
    );
    return { payload: payload as Params, deviations };
  };
}
