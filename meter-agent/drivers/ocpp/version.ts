import type { ChargePointConnection, DriverParts } from '../driver.ts';
import type { Peer } from './peer.ts';

/** The subprotocols that are served, best first: a charge point that offers several gets the first of these. */
export const SUBPROTOCOLS = ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] as const;
export type Subprotocol = (typeof SUBPROTOCOLS)[number];

export interface VersionParts extends DriverParts {
  /** How often a charge point is asked to report its meter, in seconds. */
  sampleIntervalSec: number;
  heartbeatIntervalSec: number;
}

/**
 * Serves a charge point that connected: registers a handler for each of its calls, and makes the agent's calls. The
 * server looks after the connection's end and after broken frames.
 */
export type ServeChargePoint = (
  parts: VersionParts,
  chargePointId: string,
  peer: Peer,
) => ChargePointConnection;
