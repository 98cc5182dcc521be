import { join } from 'node:path';
import { startWallbox } from '../support/start-agent.ts';
import { type Harness, SPEED_FACTOR } from './device-fixture.ts';

/** The simulated wallbox, which can all that OCPP can, in one version of it. */
export const ocppHarness = (ocpp: '1.6' | '2.0.1' | '2.1'): Harness => ({
  name: `OCPP ${ocpp}`,
  abilities: ['reader', 'signed', 'faults', 'buffers', 'reservation', 'connectors', 'reboot'],
  connect: (scope, agentPort, { id, dir, powerW, connectors = 1 }) =>
    startWallbox(scope, agentPort, {
      id,
      ocpp,
      speed: SPEED_FACTOR,
      'power-w': String(powerW),
      connectors: String(connectors),
      'state-file': join(dir, 'box.json'),
      'meter-key-file': join(dir, 'meter.pem'),
    }),
});
