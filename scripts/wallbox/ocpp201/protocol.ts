import type { Protocol } from '../protocol.ts';
import { handlersOf } from './handlers.ts';
import { Messages201 } from './messages.ts';

export const ocpp201: Protocol = {
  subprotocol: 'ocpp2.0.1',
  handlersOf,
  messagesOf: (parts) => new Messages201(parts),
};
