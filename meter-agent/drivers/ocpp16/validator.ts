import type { Validator } from 'ocpp-rpc/lib/validator.js';
import { repaired } from './repair.ts';

const CALL = /^urn:\w+\.req$/;

/** Checks against the schemas of OCPP 1.6 what a box meant: the same repairs are made where its calls are read. */
export function validator16(strict: Validator): Validator {
  const validate: Validator['validate'] = (schemaId, params) => {
    // A list of settings is read entry by entry: one that is too long must not hide the others.
    if (schemaId === 'urn:GetConfiguration.conf') return true;
    try {
      return strict.validate(schemaId, CALL.test(schemaId) ? repaired(params) : params);
    } catch (error) {
      // An action without a schema has no handler of ours: it is between the box and another central system.
      if ((error as { rpcErrorCode?: string }).rpcErrorCode === 'ProtocolError') return true;
      throw error;
    }
  };
  return { subprotocol: strict.subprotocol, validate } as Validator;
}
