import type { Version } from '../ocpp/version.ts';
import { reading201 } from './reading201.ts';
import { serveStation } from './station.ts';

export const VERSION_201: Version = { read: reading201('ocpp2.0.1'), serve: serveStation };

/** The same in what is used. */
export const VERSION_21: Version = { read: reading201('ocpp2.1'), serve: serveStation };
