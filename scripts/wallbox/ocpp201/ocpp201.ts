import type { Protocol } from '../protocol.ts';
import { handlersOf } from './handlers201.ts';
import { Messages201 } from './messages201.ts';

export const ocpp201: Protocol = {
  subprotocol: 'ocpp2.0.1',
  handlersOf,
  messagesOf: (parts) => new Messages201(parts),
};

/** The same in all that this wallbox uses; a limit in an answer, which OCPP 2.1 adds, is always read. */
export const ocpp21: Protocol = { ...ocpp201, subprotocol: 'ocpp2.1' };
