import type { Logger } from 'pino';
import type { ChargePointEvents, Driver, DriverMemory } from '../driver.ts';
import type { Peer } from './peer.ts';

/** What we speak, best first: a box that offers several gets the first of these. */
export const SUBPROTOCOLS = ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] as const;
export type Subprotocol = (typeof SUBPROTOCOLS)[number];

type OfOneBox<F> = F extends (chargePointId: string, ...args: infer A) => infer R ? (...args: A) => R : never;

/** The driver's calls, to the one box at the end of a line. */
export type ChargePointConnection = { [Call in keyof Driver]: OfOneBox<Driver[Call]> };

export interface VersionParts {
  events: ChargePointEvents;
  memory: DriverMemory;
  log: Logger;
  /** How often a wallbox is asked to report its meter, in seconds. */
  sampleIntervalSec: number;
  heartbeatIntervalSec: number;
}

/**
 * Takes a box over that dialled in: registers a handler for each of its calls, and answers ours. The line's end and
 * broken frames are looked after by the server.
 */
export type ServeChargePoint = (
  parts: VersionParts,
  chargePointId: string,
  peer: Peer,
) => ChargePointConnection;
