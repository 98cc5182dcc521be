import type { Validator } from 'ocpp-rpc/lib/validator.js';
import { repaired } from './repair.ts';

const CALL = /^urn:\w+\.req$/;

/** Checks calls against the schemas of OCPP 1.6 after the same repairs that their readers make. */
export function validator16(strict: Validator): Validator {
  const validate: Validator['validate'] = (schemaId, params) => {
    // Settings are read entry by entry: one that is too long must not hide the others.
    if (schemaId === 'urn:GetConfiguration.conf') return true;
    try {
      return strict.validate(schemaId, CALL.test(schemaId) ? repaired(params) : params);
    } catch (error) {
      // An action without a schema has no handler here: it is for another central system.
      if ((error as { rpcErrorCode?: string }).rpcErrorCode === 'ProtocolError') return true;
      throw error;
    }
  };
  return { subprotocol: strict.subprotocol, validate } as Validator;
}
