import type { ChargePointConnection, DriverParts } from '../driver.ts';
import type { Peer } from './peer.ts';

/** The subprotocols that are served, best first: a charge point that offers several gets the first of these. */
export const SUBPROTOCOLS = ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] as const;
export type Subprotocol = (typeof SUBPROTOCOLS)[number];

export interface VersionParts extends DriverParts {
  /** How often a charge point is asked to report its meter, in seconds. */
  sampleIntervalSec: number;
  heartbeatIntervalSec: number;
  /** The agent itself ends the connections: their end says nothing about the charge points. */
  isClosing: () => boolean;
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

/**
 * Reads a call's payload, tolerantly where a deviation does no harm. Throws the protocol's error for what cannot be
 * read.
 */
export type ReadPayload = (
  action: string,
  params: unknown,
) => { payload: Record<string, unknown>; deviations: string[] };

/** A version of OCPP: how its calls are read, and how a charge point that speaks it is served. */
export interface Version {
  read: ReadPayload;
  serve: ServeChargePoint;
}
