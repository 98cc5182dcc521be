import type { Protocol } from '../protocol.ts';
import { handlersOf } from './handlers16.ts';
import { Messages16 } from './messages16.ts';

export const ocpp16: Protocol = {
  subprotocol: 'ocpp1.6',
  handlersOf,
  messagesOf: (parts) => new Messages16(parts),
};
