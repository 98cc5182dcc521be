import type { Version } from '../ocpp/version.ts';
import { serveChargePoint16 } from './charge-point16.ts';
import { readPayload16 } from './reading16.ts';

export const VERSION_16: Version = { read: readPayload16, serve: serveChargePoint16 };
