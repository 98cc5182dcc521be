import type { MqttOptions } from '../../config/mqtt.ts';
import type { NewDriver } from '../driver.ts';

/**
 * The driver for the sockets of this broker. Its code is loaded when the agent starts, so that it takes no memory
 * where nobody uses it.
 */
export const socketDriver =
  (options: MqttOptions, nowSec: () => number): NewDriver =>
  async (parts) =>
    new (await import('./sockets.ts')).MqttSockets(options, { ...parts, nowSec });
