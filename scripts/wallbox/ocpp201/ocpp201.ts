import type { Protocol } from '../protocol.ts';
import { handlersOf } from './handlers201.ts';
import { Messages201 } from './messages201.ts';

export const ocpp201: Protocol = {
  subprotocol: 'ocpp2.0.1',
  handlersOf,
  messagesOf: (parts) => new Messages201(parts),
};

/** It says the same in all that this box uses; what it adds, a limit beside an answer, is read wherever it comes. */
export const ocpp21: Protocol = { ...ocpp201, subprotocol: 'ocpp2.1' };
